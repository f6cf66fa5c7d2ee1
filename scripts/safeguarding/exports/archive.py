"""Zip archives that are the same, byte for byte, whenever their content is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile, ZipInfo

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip archive can state


def rewrite(archive: Path, change: Callable[[str, bytes], bytes] | None = None) -> None:
    """Write an archive again: same members, order and compression, but all of one fixed date.

    Args:
        archive: The archive to replace.
        change: What to make of a member, given its name and content; by default nothing.

    Raises:
        OSError: The archive could not be read or written.
    """
    with ZipFile(archive) as old:
        members = [(info, old.read(info)) for info in old.infolist()]
    with ZipFile(archive, "w") as new:
        for info, content in members:
            fixed = ZipInfo(info.filename, EARLIEST)
            fixed.external_attr = 0o600 << 16
            new.writestr(
                fixed,
                change(info.filename, content) if change else content,
                compress_type=info.compress_type,
            )

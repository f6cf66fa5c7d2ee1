"""What earlier reports were made of, kept by all that it follows from.

A chart or document of the same figures, by the same code and packages, is the same byte for byte:
it is read instead of made again. What is damaged, removed or cannot be kept is made again. The
folder is the builder's own: figures that are withheld later must not stay beside what is published.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

KEPT = Path(os.environ.get("DBT_TARGET_PATH", "target")) / "report"
PACKAGE = Path(__file__).resolve().parents[1]
DAY = 24 * 60 * 60  # seconds


@dataclass(frozen=True)
class Kept:
    """Pieces of reports in a folder; each file has the digest of its own name and content first."""

    folder: Path

    def give(self, make: Callable[[], bytes], *made_from: object) -> bytes:
        """Give what `make` makes of `made_from`, whose `repr` must say all that matters of it."""
        name = hashlib.sha256(repr((_code(), made_from)).encode()).hexdigest()
        place = self.folder / name
        with suppress(OSError):
            held = place.read_bytes()
            if held == _sealed(name, content := held[len(_sealed(name, b"")) :]):
                os.utime(place)
                return content
        content = make()
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            place.write_bytes(_sealed(name, content))
        return content

    def write(self, path: Path, make: Callable[[Path], None], *made_from: object) -> None:
        """Have a file at `path` that `make` would write there."""

        def made() -> bytes:
            make(path)
            return path.read_bytes()

        path.write_bytes(self.give(made, *made_from))

    def tidy(self) -> None:
        """Remove what no report has used for a day."""
        with suppress(OSError):
            for place in self.folder.iterdir():
                if place.stat().st_mtime < time.time() - DAY:
                    place.unlink()


def _sealed(name: str, content: bytes) -> bytes:
    return hashlib.sha256(name.encode() + content).digest() + content


@cache
def _code() -> str:
    """What makes reports: this package's files, Python, and the versions of other packages."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + path.read_bytes())
    installed = (each.name for place in sys.path for each in Path(place).glob("*.dist-info"))
    return repr((digest.hexdigest(), sorted(installed)))

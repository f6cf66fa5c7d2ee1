"""What a folder of exports holds: for whom, and made from which warehouse.

A folder is for one audience. Each export writes down what it put there, so that the next one can
tell older exports, which must not survive beside newer figures, from files that somebody placed
there by hand, which are not its to remove.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from safeguarding.disclosure.control import Audience
from safeguarding.exports.output_folder import ExportError
from safeguarding.published.labels import PREFIX
from safeguarding.warehouse import database_files

RECORD = ".exports.json"
# What earlier versions wrote, which kept no record.
EARLIER = (
    "safeguarding.duckdb",
    "safeguarding.xlsx",
    "safeguarding.ods",
    "datapackage.json",
    "docs/index.html",
    "open-data/*.csv",
    *(
        f"{kind}/{model}_*.{kind}"
        for kind in ("csv", "parquet")
        for model in ("bridge", "dim", "fct")
    ),
    *(f"report/**/*.{kind}" for kind in ("css", "csv", "docx", "html", "js", "svg", "xlsx")),
)
UNKNOWN = ""  # an origin: nothing that is there may be taken to be of the present warehouse


@dataclass
class Holdings:
    """What exports put into a folder.

    Attributes:
        folder: The folder.
        audience: Who it is for; None if nothing says so.
        files: Each file's path below the folder, and what identifies the warehouse it is made from.
        is_recorded: Whether an export of this version wrote it down.
    """

    folder: Path
    audience: Audience | None = None
    files: dict[str, str] = field(default_factory=dict)
    is_recorded: bool = False

    @classmethod
    def read(cls, folder: Path) -> Holdings:
        """Read the record of a folder, or take by their names what earlier versions wrote there."""
        try:
            content = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            files = {str(path): str(origin) for path, origin in content["files"].items()}
            return cls(folder, Audience(content["audience"]), files, is_recorded=True)
        except FileNotFoundError:
            places = chain.from_iterable(folder.glob(pattern) for pattern in EARLIER)
            found = [path.relative_to(folder).as_posix() for path in places]
            return cls(folder, files=dict.fromkeys(found, UNKNOWN))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ExportError(
                f"{folder / RECORD} cannot be read, so it is not known for whom {folder} is."
                " Name another folder with --output."
            ) from error

    def write(self) -> None:
        """Write the record, whole or not at all."""
        content = {"audience": self.audience, "files": dict(sorted(self.files.items()))}
        new = self.folder / f"{RECORD}.new"
        new.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        database_files.take_permissions(new, self.folder / RECORD)
        new.replace(self.folder / RECORD)

    def admit(self, audience: Audience) -> None:
        """Refuse exports for one audience in a folder that holds another's.

        Raises:
            ExportError: It does, or may do so.
        """
        advice = f"Name another folder with --output, or move what {self.folder} holds elsewhere."
        if self.is_recorded and self.audience is not audience:
            raise ExportError(
                f"{self.folder} holds exports for the audience {self.audience}; exports for the"
                f" audience {audience} would stand among them. {advice}"
            )
        if self.files and not self.is_recorded and audience is not Audience.PUBLIC:
            raise ExportError(
                f"{self.folder} holds exports that do not say for whom they are; exports for the"
                f" audience {audience} would stand among them. {advice}"
            )
        if audience is Audience.PUBLIC:
            internal = [path for path in self.foreign() if Path(path).name.startswith(PREFIX)]
            if internal:
                raise ExportError(
                    f"{self.folder} holds {internal[0]}, which is not for the public. Move it"
                    " elsewhere, or name another folder with --output."
                )

    def foreign(self) -> list[str]:
        """Files in the folder that no export wrote, by their paths below it."""
        found = []
        for place, folders, names in os.walk(self.folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            found += [
                (Path(place) / name).relative_to(self.folder).as_posix()
                for name in names
                if not name.startswith(".")
            ]
        return sorted(path for path in found if path not in self.files)

    def refuse_overwriting(self, paths: Iterable[str]) -> None:
        """Refuse to write over what somebody placed in the folder.

        Raises:
            ExportError: A file would be.
        """
        if not self.is_recorded:
            return
        for path in paths:
            if path not in self.files and os.path.lexists(self.folder / path):
                raise ExportError(
                    f"{self.folder / path} was not made by an export and would be replaced. Move it"
                    " elsewhere and try again."
                )

    def announce(self, audience: Audience, paths: Iterable[str]) -> None:
        """Write down that files are about to be put here: a killed export leaves no stranger."""
        self.audience = audience
        self.files |= dict.fromkeys(paths, UNKNOWN)
        self.write()

    def settle(self, made: Mapping[str, str], origin: str) -> list[str]:
        """Write down what was put here, and remove what is of an earlier warehouse.

        Args:
            made: What was put here, with its origin.
            origin: What identifies the present warehouse.

        Returns:
            The paths of what was removed.
        """
        kept = {path: each for path, each in self.files.items() if each == origin} | dict(made)
        removed = [path for path in self.files if path not in kept]
        gone = [path for path in removed if os.path.lexists(self.folder / path)]
        for path in gone:
            remove(self.folder, path)
        self.files = kept
        self.write()
        return gone


def remove(folder: Path, path: str) -> None:
    """Remove a file of a folder, and the folders below it that are left empty."""
    place = folder / path
    if place.suffix == ".duckdb":
        database_files.remove(place)
    place.unlink(missing_ok=True)
    for above in place.parents:
        if above == folder or any(above.iterdir()):
            return
        above.rmdir()


def summarised(paths: Sequence[str]) -> str:
    """Paths for a sentence: files of folders are counted."""
    counts: dict[str, int] = {}
    for path in paths:
        top, separator, _ = path.partition("/")
        counts[top + separator] = counts.get(top + separator, 0) + 1
    return ", ".join(
        f"{name} ({number} file{'s' if number > 1 else ''})" if name.endswith("/") else name
        for name, number in sorted(counts.items())
    )

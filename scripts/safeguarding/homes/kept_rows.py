"""Where the rows that a load adds are kept: seeds of the repository, or files of a home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from safeguarding.homes import places, working_project
from safeguarding.homes.places import FIGURES, REGISTERS, Home
from safeguarding.homes.working_project import TABLE, Row
from safeguarding.intake import seed_rows

Contents = dict[str, bytes | None]  # by path below the root; None: the file is removed


def of(project: Path) -> KeptRows:
    """Return what keeps the rows of a project."""
    home = places.home_of(project)
    return HomeRows(home) if home else KeptRows(project)


class KeptRows:
    """The seeds themselves, as in the repository.

    Attributes:
        root: The folder that the journal and the lock of the files lie in.
    """

    def __init__(self, root: Path) -> None:
        """Take the seeds of a project."""
        self.root = root

    @property
    def given(self) -> Row:
        """Fields of a release that go without saying."""
        return {}

    def with_rows(self, added: Mapping[str, Sequence[Row]]) -> Contents:
        """Return the files' new contents with rows of seeds, by their names, added at the ends."""
        paths = self._paths()
        return {
            paths[name]: seed_rows.with_rows((self.root / paths[name]).read_bytes(), rows)
            for name, rows in added.items()
        }

    def without(self, release_id: str) -> tuple[dict[str, int], Contents]:
        """Return how many rows each seed loses with a release, and the contents without them."""
        return self._without(release_id, self._paths())

    def _without(
        self, release_id: str, paths: Mapping[str, str]
    ) -> tuple[dict[str, int], Contents]:
        removed: dict[str, int] = {}
        contents: Contents = {}
        for name, path in paths.items():
            content, count = seed_rows.without_rows(
                (self.root / path).read_bytes(), lambda row: row.get("release_id") == release_id
            )
            if count:
                removed[name], contents[path] = count, content
        return removed, contents

    def refresh(self) -> None:
        """Make the project's seeds say what the files say; the caller holds the lock."""

    def foreign(self, _authority: str) -> str:
        """Return whose figures belong here if a council's do not; nothing if they do."""
        return ""

    def _paths(self) -> dict[str, str]:
        return {
            name: path.relative_to(self.root).as_posix()
            for name, path in working_project.seeds_of(self.root).items()
        }


class HomeRows(KeptRows):
    """Files of a home: figures by release, rows of other seeds by their names."""

    def __init__(self, home: Home) -> None:
        """Take the files of a home."""
        super().__init__(home.root)
        self.home = home

    @property
    def given(self) -> Row:
        """The home's council, if it is for one."""
        codes = self.home.authorities
        return {"local_authority_code": codes[0]} if len(codes) == 1 else {}

    def with_rows(self, added: Mapping[str, Sequence[Row]]) -> Contents:
        """Add rows at the ends of the files; those of a new release are new."""
        seeds = working_project.seeds_of(self.home.project)
        contents: Contents = {}
        for name, rows in added.items():
            place = working_project.place_of(seeds[name])
            columns = working_project.header_of(seeds[name].read_bytes())
            if place != FIGURES:
                path = f"{place}/{seeds[name].name}"
                contents[path] = self._added(contents.get(path), path, columns, rows)
                continue
            for release_id in dict.fromkeys(row["release_id"] for row in rows):
                path = f"{FIGURES}/{release_id}.csv"
                own = [{TABLE: name} | row for row in rows if row["release_id"] == release_id]
                contents[path] = self._added(contents.get(path), path, [TABLE, *columns], own)
        return contents

    def _added(
        self, content: bytes | None, path: str, columns: Sequence[str], rows: Sequence[Row]
    ) -> bytes:
        file = self.root / path
        if content is None and file.exists():
            content = file.read_bytes()
        if content is None:
            return working_project.as_csv(columns, rows)
        header = working_project.header_of(content)
        if set(columns) - set(header):  # of an older version, which had fewer
            problems: list[str] = []
            before = working_project.read_rows(self.home, file, columns, problems)
            content = working_project.as_csv(columns, before)
        return seed_rows.with_rows(content, rows)

    def without(self, release_id: str) -> tuple[dict[str, int], Contents]:
        """Take out a release's file of figures, and its rows of registers."""
        removed: dict[str, int] = {}
        contents: Contents = {}
        figures = self.root / FIGURES / f"{release_id}.csv"
        if figures.exists():
            for row in seed_rows.read(figures):
                removed[row[TABLE]] = removed.get(row[TABLE], 0) + 1
            contents[f"{FIGURES}/{figures.name}"] = None
        files = working_project.own_files(self.home)
        registers = {f.stem: f"{REGISTERS}/{f.name}" for f in files if f.parent.name == REGISTERS}
        of_registers, without = self._without(release_id, registers)
        return removed | of_registers, contents | without

    def refresh(self) -> None:
        """Derive the home's project again, if a file changed."""
        working_project.prepare(self.home)

    def foreign(self, authority: str) -> str:
        """Say that a council is none of the home's."""
        if not authority or authority in self.home.authorities:
            return ""
        return f"{' or '.join(self.home.authorities)}, as {places.SETTINGS} says"

"""Where the product lies, where a council's home lies, and which dbt project is at work.

A home is a folder with `safeguarding.toml`. In it every command works on a project that is derived
from the product and the home's own files (docs/decisions/0024). In the product's own repository
there is no home: there the seeds are the data. Only Python's own modules are loaded here, so that
`safeguarding` alone answers at once.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib.metadata
import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SETTINGS = "safeguarding.toml"
DERIVED = ".safeguarding"
PROJECT_FILE = "dbt_project.yml"
# What the product is made of, below the repository's root or the package's data folder.
PRODUCT = (
    "dbt_project.yml", "profiles.yml", "selectors.yml", ".dbtignore", "models/**/*", "macros/**/*",
    "tests/*.sql", "tests/generic/*.sql", "seeds/**/*",
)  # fmt: skip
PROJECT_VARIABLE, HOME_VARIABLE = "SAFEGUARDING_PROJECT", "SAFEGUARDING_HOME"
DISTRIBUTION = "safeguarding-warehouse"
AUDIENCES = ("public", "internal")
CODE = re.compile(r"E(06|08|09|10)[0-9]{6}")
# What a home keeps figures and rows in.
FIGURES, REGISTERS, REFERENCE, OFFICIAL = "figures", "registers", "reference", "official"
FOLDERS = {"inbox": "inbox", "exports": "exports", "exports_internal": "exports-internal"}
STATE = "derived.json"  # in the derived project, once it is complete: what it was made from
# Where a home has no figures: nothing can be reported, and an empty warehouse is no use.
FIRST_FILE = "put a file of figures into the inbox, then type safeguarding"
# What programs and cloud folders leave behind, and nobody wrote.
_OF_PROGRAMS = re.compile(r"[.~].*|.*\.(tmp|crdownload|partial)|desktop\.ini|thumbs\.db", re.I)
# The line of a fault in Python's own words about TOML.
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


class HomeError(Exception):
    """A home cannot be used as it is; the message says why and what to do."""


@dataclass(frozen=True)
class Home:
    """A council's folder.

    Attributes:
        root: The folder.
        authorities: ONS codes of the councils whose figures it takes.
        version: Version of the product that its files are of.
        contact: Whom readers of the workbooks are told to ask; blank for nobody.
        audience: Who reads the exports if the command does not say.
        template: The Word document that reports take their look from; blank for the product's.
        folders: Where files come in and go out, by the names in `FOLDERS`, relative to `root`.
    """

    root: Path
    authorities: tuple[str, ...]
    version: str
    contact: str = ""
    audience: str = AUDIENCES[0]
    template: str = ""
    folders: Mapping[str, str] = field(default_factory=lambda: dict(FOLDERS))

    @property
    def derived(self) -> Path:
        """The folder of everything that can be made again."""
        return self.root / DERIVED

    @property
    def project(self) -> Path:
        """The dbt project that commands work on."""
        return self.derived / "project"

    @property
    def warehouse(self) -> Path:
        """The warehouse that a build publishes."""
        return self.root / "warehouse.duckdb"

    def folder(self, name: str) -> Path:
        """One of its folders, by its name in `FOLDERS`."""
        return self.root / self.folders[name]


def product() -> Path:
    """The folder of the product's dbt project: the repository, or the installed package's data."""
    here = Path(__file__).resolve()
    installed = here.parents[1] / "product"
    return installed if (installed / PROJECT_FILE).exists() else here.parents[3]


def is_repository() -> bool:
    """Whether the product runs from its own repository."""
    return product() == Path(__file__).resolve().parents[3]


def product_files(root: Path) -> Iterator[Path]:
    """The product's files below its root, in order."""
    for pattern in PRODUCT:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                yield path


def files_in(folder: Path) -> Iterator[Path]:
    """Yield the files that a person keeps in a folder, without what programs left there."""
    for path in sorted(folder.glob("*")):
        if path.is_file() and not _OF_PROGRAMS.fullmatch(path.name):
            yield path


def digest_of_product() -> str:
    """Hash the product's files."""
    return _digest(product(), product_files(product()))


def digest_of_home(home: Home) -> str:
    """Hash a home's figures and rows, whose they are and the version that builds them."""
    folders = (FIGURES, REGISTERS, REFERENCE, OFFICIAL)
    files = (path for folder in folders for path in files_in(home.root / folder))
    return ",".join((home.version, *home.authorities, _digest(home.root, files)))


def _digest(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def read_json(path: Path) -> dict[str, Any]:
    """Read a file that commands keep; return nothing if there is none, or it is incomplete."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content


def other_version(home: Home) -> tuple[str, str] | None:
    """Say how a home's version differs from the installed product, and what to do about it."""
    here = version()
    what = f"Version {here} of the product is installed; {home.root} is of version {home.version}."
    if release_of(home.version) > release_of(here):
        wheel = f"{DISTRIBUTION.replace('-', '_')}-{home.version}-py3-none-any.whl"
        return what, f"install version {home.version} or newer, as: pip install {wheel}"
    state = read_json(home.project / STATE)
    if home.version == here:
        if not state or state["product"] == digest_of_product():
            return None
        what = (
            f"The installed product, version {here}, is not the one that {home.root} was last used"
            " with: its files differ, though the number is the same."
        )
    return what, "safeguarding upgrade"


def version() -> str:
    """The product's version: of the repository as it is, else of the installed package."""
    declared = product() / "pyproject.toml"
    if declared.exists():
        return str(tomllib.loads(declared.read_text(encoding="utf-8"))["project"]["version"])
    return importlib.metadata.version(DISTRIBUTION)


def project() -> Path:
    """The dbt project that this process works on: a home's, or the product's own."""
    return Path(os.environ.get(PROJECT_VARIABLE) or product())


def outputs() -> Path:
    """The folder that exports and reports lie in: the home, or the repository."""
    return Path(os.environ.get(HOME_VARIABLE) or project())


def is_home() -> bool:
    """Whether this process works in a home."""
    return HOME_VARIABLE in os.environ


def command(name: str) -> str:
    """What a person types next: `make build` in the repository, `safeguarding build` in a home."""
    return f"safeguarding {name}" if is_home() else f"make {name}"


def release_command(arguments: str) -> str:
    """How a command of releases is given where this runs."""
    return f"safeguarding {arguments}" if is_home() else f"make release ARGS='{arguments}'"


def kept_in() -> str:
    """What keeps the rows of figures where this runs."""
    return "The home's files" if is_home() else "The seeds"


def told_by_git() -> str:
    """Where one sees what changed."""
    return "" if is_home() else " (git diff shows them)"


def find(start: Path) -> Path | None:
    """The home that a folder is in: the nearest above it, as git finds a repository."""
    start = start.absolute()
    return next((each for each in (start, *start.parents) if (each / SETTINGS).is_file()), None)


def home_of(of: Path) -> Home | None:
    """The home whose derived project a folder is; None for the product's own project."""
    derived = of.absolute().parent
    root = derived.parent
    if derived.name != DERIVED or not (root / SETTINGS).is_file():
        return None
    return read(root)


def read(root: Path) -> Home:
    """Read a home's settings.

    Raises:
        HomeError: They cannot be read, or say what nothing understands.
    """
    refuse_within_product(root)
    path = root / SETTINGS
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = tomllib.loads(text.replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise HomeError(f"{path} line {line}: it is not UTF-8. Save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise HomeError(_broken(path, text, str(error))) from error
    except OSError as error:
        raise HomeError(f"{path} cannot be read: {error.strerror}.") from error
    return _checked(root, content, text)


def refuse_within_product(root: Path) -> None:
    """Refuse a home inside the product: figures there would be pushed or removed with it.

    Raises:
        HomeError: The folder is in the product's repository or in the installed package.
    """
    root, within = root.resolve(), product()
    package = Path(__file__).resolve().parents[1]
    if root == within or within in root.parents or package in root.parents:
        raise HomeError(
            f"{root} is inside the product ({within}), where a council's figures may be pushed or"
            " replaced with it. Move the folder to a place of its own. Nothing was changed."
        )


def _broken(path: Path, text: str, said: str) -> str:
    at = _AT_LINE.search(said)
    lines = text.splitlines()
    number = int(at[1]) if at and at[1] else len(lines)
    # A text that never ends is found to be broken on the line behind.
    shown = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    key = shown.partition("=")[0].strip()
    return (
        f"{path} line {number}: found {shown!r}"
        + (f" for the key {key!r}" if "=" in shown else "")
        + ', expected a line as: name = "value". '
        + f"({_AT_LINE.sub('', said).strip()}.) Correct the line. Nothing was changed."
    )


def _checked(root: Path, content: Mapping[str, Any], text: str) -> Home:
    def refuse(key: str, found: object, expected: str) -> HomeError:
        number = _line_of(text, key)
        said = f"found {found!r}" if found is not None else "it is missing"
        where = f" line {number}" if number else ""
        return HomeError(
            f"{root / SETTINGS}{where}, {key}: {said}, expected {expected}. Nothing was changed."
        )

    known = ("authority", "version", "contact", "audience", "template", "folders")
    folders = content.get("folders", {})
    if not isinstance(folders, dict):
        raise refuse("folders", folders, "a table as [folders]")
    for names, there in ((known, content), (tuple(FOLDERS), folders)):
        for key, value in there.items():
            if key not in names:
                near = difflib.get_close_matches(key, names, 1)
                raise refuse(key, value, near[0] if near else f"one of {', '.join(names)}")
            if key not in ("authority", "folders") and not isinstance(value, str):
                raise refuse(key, value, "text in quotation marks")
    for key, value in folders.items():
        if not value.strip():
            raise refuse(key, value, "the name of a folder")
    said = content.get("authority")
    authorities = [said] if isinstance(said, str) else said
    if not isinstance(authorities, list) or not authorities:
        raise refuse("authority", said, 'an ONS code as "E10000008", or a list of them')
    for each in authorities:
        if not isinstance(each, str) or not CODE.fullmatch(each):
            raise refuse("authority", each, "a council's ONS code as E10000008")
    if (audience := content.get("audience", AUDIENCES[0])) not in AUDIENCES:
        raise refuse("audience", audience, " or ".join(AUDIENCES))
    if not (made_by := content.get("version", "")) or not release_of(made_by):
        raise refuse("version", content.get("version"), "the product's version as 0.1.0")
    return Home(
        root,
        tuple(dict.fromkeys(authorities)),
        made_by,
        content.get("contact", ""),
        audience,
        content.get("template", ""),
        FOLDERS | folders,
    )


def release_of(text: str) -> tuple[int, ...]:
    """The numbers of a version, to compare it by; none if it is no version."""
    numbers = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, numbers[0].split("."))) if numbers else ()


def _line_of(text: str, key: str) -> int:
    pattern = re.compile(rf"\s*(\[\s*)?[\"']?{re.escape(key)}[\"']?\s*[=\]]")
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if pattern.match(line)), 0)

"""What a build of extracts must make anew: the local authorities that changed since the last one.

Beside the warehouse that a build works in lies a ledger of what it was built from. A release that
came, went or changed, or a register's row about one, touches its authority; anything else that
changed (the project's own files, the warehouse itself) touches everything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

import extract_files
from extract_files import ReleaseFolder
from seed_files import PROJECT

# Everything in the project that decides what a build of given extracts makes.
DECIDES = (
    "dbt_project.yml",
    "profiles.yml",
    "requirements",
    "models",
    "macros",
    "seeds",
    "tests/*.sql",
)
CLAIMS = "narrative_claims"
EVERYONE = ""  # rows of a register that name neither an authority nor a release that is there

Files = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Inputs:
    """What a build is made from.

    Attributes:
        project: Digest of the project's files and of the options of the build.
        releases: Folders of the releases, by authority and release.
        registers: Digest of what the registers say of each authority, by register and authority.
    """

    project: str
    releases: Mapping[tuple[str, str], ReleaseFolder]
    registers: Mapping[tuple[str, str], str]

    @property
    def authorities(self) -> set[str]:
        """Authorities with a release."""
        return {authority for authority, _ in self.releases}


@dataclass(frozen=True)
class Plan:
    """What is to be built.

    Attributes:
        touched: Authorities to build anew; none at all if nothing changed, None for everything.
        reason: Why everything is to be built; empty if not everything is.
        changed: Releases that are new or not as they were.
    """

    touched: tuple[str, ...] | None
    reason: str
    changed: tuple[ReleaseFolder, ...]


@dataclass
class Ledger:
    """What a warehouse was built from.

    Attributes:
        warehouse: What the warehouse was at the end of the build: `stamp`.
        project: As in `Inputs`.
        releases: `Files` of each authority's releases.
        registers: As in `Inputs`.
    """

    warehouse: str = ""
    project: str = ""
    releases: dict[str, dict[str, Files]] = field(default_factory=dict)
    registers: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Ledger | None:
        """The ledger in a file; None if there is none that can be read."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            releases = {
                authority: {
                    release: tuple((str(name), int(size), int(time)) for name, size, time in files)
                    for release, files in by_release.items()
                }
                for authority, by_release in content["releases"].items()
            }
            return cls(content["warehouse"], content["project"], releases, content["registers"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    @classmethod
    def of(cls, inputs: Inputs, warehouse: str) -> Ledger:
        """The ledger of a build that was made from these inputs."""
        ledger = cls(warehouse, inputs.project)
        for (authority, release), folder in inputs.releases.items():
            ledger.releases.setdefault(authority, {})[release] = folder.files
        for (register, authority), digest in inputs.registers.items():
            ledger.registers.setdefault(register, {})[authority] = digest
        return ledger

    def write(self, path: Path) -> None:
        """Write it to a file."""
        path.write_text(json.dumps(vars(self)), encoding="utf-8")

    def without(self, authorities: Iterable[str], warehouse: str) -> Ledger:
        """The same of a warehouse in which some authorities' rows cannot be relied on."""
        gone = set(authorities)
        kept = {name: files for name, files in self.releases.items() if name not in gone}
        # An authority that is in no release any more must be remembered until its rows are gone.
        kept |= {name: {} for name in gone if name in self.releases}
        return Ledger(warehouse, self.project, kept, self.registers)


def inputs_of(folder: Path, file_format: str, options: object, project: Path = PROJECT) -> Inputs:
    """Read what a build of a folder of extracts is made from; figures are not opened.

    Args:
        folder: The folder of extracts, which `extract_files.problems` found nothing in.
        file_format: `parquet` or `csv`.
        options: What else decides the outcome; anything that JSON can write.
        project: The project's root.
    """
    releases = {
        (release.authority, release.release): release
        for release in extract_files.release_folders(folder)
    }
    with duckdb.connect() as connection:
        connection.execute("create table owners (local_authority_code text, release_id text)")
        connection.execute(
            "insert into owners select unnest($codes), unnest($releases)",
            {"codes": [code for code, _ in releases], "releases": [name for _, name in releases]},
        )
        digests = {
            (name, authority): digest
            for name in extract_files.registers(project)
            for authority, digest in _register_digests(connection, folder / name, file_format)
        }
    return Inputs(_digest_of_project(project, options), releases, digests)


def plan(inputs: Inputs, ledger: Ledger | None, warehouse: str, reconciles: bool) -> Plan:
    """Compare inputs with what the warehouse was built from.

    Args:
        inputs: What is to be built.
        ledger: What was built; None if it is not known.
        warehouse: What the warehouse is now: `stamp`.
        reconciles: Whether figures are compared with official statistics, of which those years are
            looked at that some authority of the set has.
    """
    everything = tuple(inputs.releases.values())
    if ledger is None or not warehouse:
        return Plan(None, "there is no earlier build to add to", everything)
    if ledger.warehouse != warehouse:
        return Plan(None, "another build came between", everything)
    if ledger.project != inputs.project:
        return Plan(None, "the project or an option changed", everything)
    touched = _touched_by_releases(inputs, ledger) | _touched_by_registers(inputs, ledger)
    if EVERYONE in touched:
        return Plan(None, "a register changed for no authority of its own", everything)
    if reconciles and (reason := _other_areas(inputs, ledger)):
        return Plan(None, reason, everything)
    changed = [folder for folder in everything if not _is_known(folder, ledger)]
    return Plan(tuple(sorted(touched)), "", tuple(changed))


def _is_known(folder: ReleaseFolder, ledger: Ledger) -> bool:
    return ledger.releases.get(folder.authority, {}).get(folder.release) == folder.files


def _touched_by_releases(inputs: Inputs, ledger: Ledger) -> set[str]:
    touched = {
        folder.authority for folder in inputs.releases.values() if not _is_known(folder, ledger)
    }
    for authority, releases in ledger.releases.items():
        if not releases or any((authority, name) not in inputs.releases for name in releases):
            touched.add(authority)
    return touched


def _touched_by_registers(inputs: Inputs, ledger: Ledger) -> set[str]:
    known = {(name, key) for name, digests in ledger.registers.items() for key in digests}
    return {
        authority
        for name, authority in known | inputs.registers.keys()
        if ledger.registers.get(name, {}).get(authority) != inputs.registers.get((name, authority))
    }


def _other_areas(inputs: Inputs, ledger: Ledger) -> str:
    """Why other official figures may be asked for than before, or nothing."""
    if inputs.authorities != {name for name, releases in ledger.releases.items() if releases}:
        return "another authority came or went"
    claims = {key: digest for (name, key), digest in inputs.registers.items() if name == CLAIMS}
    if claims != ledger.registers.get(CLAIMS, {}):
        return "claims changed, which may ask for other areas"
    return ""


def stamp(path: Path) -> str:
    """What a warehouse's file, or folder of tables, is like; empty if there is none.

    Every build changes it, so that another one between two of ours shows.
    """
    if path.is_dir():
        folders = sorted(path.glob("*.db/*"))
        return hashlib.sha256(
            "".join(f"{one}{one.stat().st_mtime_ns}" for one in folders).encode()
        ).hexdigest()
    if path.is_file():
        stat = path.stat()
        return f"{stat.st_size} {stat.st_mtime_ns}"
    return ""


def _register_digests(
    connection: duckdb.DuckDBPyConnection, folder: Path, file_format: str
) -> list[tuple[str, str]]:
    """What a register says of each authority, as a digest; releases stand for their `owners`."""
    options = extract_files.CSV if file_format == "csv" else ""
    source = str(folder / f"*.{file_format}").replace("'", "''")
    rows = connection.sql(f"from read_{file_format}('{source}'{options})")
    if "local_authority_code" in rows.columns:
        owner, joined = "rows.local_authority_code", ""
    else:
        # A release without figures is in no authority's rows.
        owner = "owners.local_authority_code"
        joined = "inner join owners on rows.release_id = owners.release_id"
    digest = "md5(string_agg(rows::text, '' order by rows::text))"
    return connection.sql(
        f"select coalesce({owner}, '{EVERYONE}'), {digest} from rows {joined} group by all"
    ).fetchall()


def _digest_of_project(project: Path, options: object) -> str:
    digest = hashlib.sha256(json.dumps([options, duckdb.__version__], sort_keys=True).encode())
    for pattern in DECIDES:
        for found in sorted(project.glob(pattern)):
            for path in sorted(found.rglob("*")) if found.is_dir() else [found]:
                if path.is_file():
                    digest.update(str(path.relative_to(project)).encode())
                    digest.update(path.read_bytes())
    return digest.hexdigest()

"""The installed product: an analyst's first day and a next version, without git or make."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest

from conftest import PROJECT
from safeguarding.homes import places
from safeguarding.warehouse.compiled_project import COMPILED, CompiledProject
from support.files import council_files
from support.files.council_files import AUTHORITY, GIVEN, RELEASE

if missing := [name for name in ("pip", "setuptools") if not find_spec(name)]:
    pytest.skip(f"{' and '.join(missing)} cannot be imported", allow_module_level=True)

MEGABYTE = 1_000_000
KENT, KENTS = "E10000016", 4  # a second council of the home, and how many figures it has
KEPT = Path(__file__).parent / "kept" / "0.1.0"
DISTRIBUTION = "safeguarding_warehouse"
Done = subprocess.CompletedProcess[str]


def pip(*arguments: object) -> None:
    quietly = ("--quiet", "--disable-pip-version-check", "--no-input")
    call = [sys.executable, "-m", "pip", *quietly, *map(str, arguments)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def wheel_of(source: Path) -> Path:
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", source / "dist", source)
    shutil.rmtree(source / "build")
    return max((source / "dist").glob("*.whl"), key=lambda path: path.stat().st_mtime)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    for path in places.product_files(PROJECT):
        place = folder / path.relative_to(PROJECT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(PROJECT / "scripts", folder / "scripts", ignore=ignored)
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, folder)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    return wheel_of(source)


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel alone, which sees the packages that are installed here."""
    folder = tmp_path_factory.mktemp("machine") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    install(folder, wheel)
    packages = sysconfig.get_path("purelib")
    (site_packages(folder) / "packages.pth").write_text(f"{packages}\n", encoding="utf-8")
    return folder


def install(environment: Path, wheel: Path) -> None:
    prefix = ("--prefix", environment, "--no-deps", "--no-index", "--ignore-installed")
    for old in site_packages(environment).glob(f"{DISTRIBUTION}-*"):
        shutil.rmtree(old)
    shutil.rmtree(site_packages(environment) / "safeguarding", ignore_errors=True)
    pip("install", *prefix, "--no-compile", wheel)


def site_packages(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages"))


def run(environment: Path, folder: Path, *arguments: object) -> Done:
    """A command of the installed program, with nothing else on the path."""
    left_out = ("DBT_", "WAREHOUSE_", "SAFEGUARDING_", "PYTHON")
    kept = {name: each for name, each in os.environ.items() if not name.startswith(left_out)}
    programs = environment / "bin"  # the script's first line names the Python that installed it
    return subprocess.run(
        [programs / "python", "-B", programs / "safeguarding", *map(str, arguments)],
        cwd=folder,
        env=kept | {"PATH": str(environment / "bin"), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def test_the_wheel_is_small_and_carries_the_product_alone(wheel: Path) -> None:
    assert wheel.stat().st_size < 15 * MEGABYTE
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    product = {path.relative_to(PROJECT).as_posix() for path in places.product_files(PROJECT)}
    assert {f"safeguarding/product/{name}" for name in product} <= names
    code = [path for path in (PROJECT / "scripts/safeguarding").rglob("*") if path.is_file()]
    expected = {
        path.relative_to(PROJECT / "scripts").as_posix() for path in code if path.suffix != ".pyc"
    }
    assert expected <= names
    tops = {name.partition("/")[0] for name in names}
    assert {top.partition("-")[0] for top in tops} == {"safeguarding", DISTRIBUTION}


def test_the_first_day_and_a_next_version(environment: Path, source: Path, tmp_path: Path) -> None:
    installed = site_packages(environment)
    before = listed(installed)
    assert not (installed.parents[2] / "dbt_project.yml").exists()
    assert run(environment, tmp_path).stdout.splitlines()[2].startswith("Next: safeguarding init ")
    refused = run(environment, tmp_path, "build")
    assert refused.returncode == 2
    assert "is in no home. Make one: safeguarding init" in refused.stderr
    made = run(environment, tmp_path, "init", "rutland", "--authority", AUTHORITY, KENT)
    assert made.returncode == 0, made.stderr
    CompiledProject.of(PROJECT)
    home = tmp_path / "rutland"
    # Compiled here before, of the same files: the product is spared the seconds.
    shutil.copytree(PROJECT / COMPILED, home / ".safeguarding" / "project" / COMPILED)
    add_kent(home)
    figures = council_files.council_figures()
    file = council_files.printed_workbook(home / "inbox" / "tables.xlsx", figures)
    for step in (("check", file, *GIVEN), ("load", file, *GIVEN), ("build",), ("report",)):
        done = run(environment, home, *step)
        assert done.returncode == 0, (step[0], done.stdout, done.stderr)
    printed = len((home / "figures" / f"{RELEASE}.csv").read_text("utf-8").splitlines()) - 1
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        count = connection.sql("select count(*) from marts.fct_observations").fetchone()
    assert count == (printed + KENTS,)
    front = home / "exports" / "report" / "index.html"
    assert run(environment, home).stdout.splitlines()[2] == f"Next: open {front}"
    assert_both_councils_are_there(environment, home, front)
    assert listed(installed) == before, "something was written into site-packages"

    next_version(source)
    install(environment, wheel_of(source))
    assert run(environment, home).stdout.splitlines()[2] == "Next: safeguarding upgrade"
    kept = {path: path.read_bytes() for path in sorted(home.glob("*/*.csv"))}
    refused = run(environment, home, "build")
    assert refused.returncode == 2
    assert "Version 0.2.0 of the product is installed" in refused.stderr
    assert "is of version 0.1.0. Next: safeguarding upgrade. It shows what" in refused.stderr
    shown = run(environment, home, "upgrade", "--format", "json")
    assert shown.returncode == 1, shown.stderr
    said = json.loads(shown.stdout)
    assert (said["status"], said["before"], said["after"]) == ("waiting", "0.1.0", "0.2.0")
    (changed,) = said["changes"]["Reference data"]
    assert changed["what"] == "reference/measures: cla_at_year_end"
    assert (changed["before"], changed["after"]) == ("measure_kind stock", "measure_kind flow")
    assert 'version = "0.1.0"' in (home / "safeguarding.toml").read_text(encoding="utf-8")
    assert run(environment, home, "build").returncode == 2  # nothing was replaced
    taken = run(environment, home, "upgrade", "--accept")
    assert taken.returncode == 0, taken.stderr
    assert "reference/measures: cla_at_year_end" in taken.stdout
    assert {path: path.read_bytes() for path in sorted(home.glob("*/*.csv"))} == kept
    assert 'version = "0.2.0"' in (home / "safeguarding.toml").read_text(encoding="utf-8")
    assert f"{RELEASE}.csv" in [path.name for path in (home / "figures").iterdir()]
    assert "Next: safeguarding build" in run(environment, home).stdout


def assert_both_councils_are_there(environment: Path, home: Path, front: Path) -> None:
    """Each has its pages, with its own figures, and an audit of its own."""
    text = front.read_text(encoding="utf-8")
    for council in ("kent", "rutland"):
        assert f'href="{council}/2022-23/index.html"' in text
        page = front.parent / council / "2022-23" / "contacts-and-referrals.html"
        assert ("1,350" in page.read_text(encoding="utf-8")) == (council == "kent")
    audit = run(environment, home, "audit", "--authority", KENT, "--format", "json")
    messages = [finding["message"] for finding in json.loads(audit.stdout)["findings"]]
    assert messages
    assert all(message.startswith("Kent, ") for message in messages)


def add_kent(home: Path) -> None:
    """Give the home another SYNTHETIC council: the kept home's four figures as Kent's."""
    for name in (f"figures/{RELEASE}", "registers/releases", "registers/expected_row_counts"):
        rows = (KEPT / f"{name}.csv").read_text(encoding="utf-8")
        other = home / f"{name.replace('rutland', 'kent')}.csv"
        kents = rows.replace("rutland", "kent").replace("Rutland", "Kent").replace(AUTHORITY, KENT)
        other.write_text(kents, encoding="utf-8")


def next_version(source: Path) -> None:
    """The product's next version, which says of one measure that it is of another kind."""
    settings, measures = source / "pyproject.toml", source / "seeds/reference/measures.csv"
    rows = measures.read_text(encoding="utf-8").splitlines()
    row = next(line for line in rows if line.startswith("cla_at_year_end,"))
    for path, old, new in (
        (settings, 'version = "0.1.0"', 'version = "0.2.0"'),
        (measures, row, row.replace(",stock,", ",flow,", 1)),
    ):
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), encoding="utf-8")


def listed(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }

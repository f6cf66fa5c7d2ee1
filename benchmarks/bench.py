"""Time this project beside other means; prints a table and writes docs/performance.md.

Usage: make bench ARGS="[--only PART ...] [--rounds N] [--set FOLDER] [--large FOLDER]"

A report, not a test: machines are noisy, ratios tell. What a part measured is kept in target/bench,
so that the page has all parts whenever they ran.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import duckdb

from benchmarks import many_records, page, questions
from benchmarks.contents import FIGURE_COLUMNS
from benchmarks.measure import Part, Row, Run, Way, here, in_turn, process
from safeguarding.disclosure.control import Audience
from safeguarding.exports import export_commands
from safeguarding.exports.workbooks import workbook
from safeguarding.homes import layout
from safeguarding.published.catalogue import exported_tables
from safeguarding.report.publication import FORMATS
from safeguarding.warehouse.seed_files import PROJECT
from support.record_files import write_ssd
from support.synthetic_records import generate

SCRIPTS = PROJECT / "scripts"
PATH = os.pathsep.join(map(str, (SCRIPTS, PROJECT / "tests", PROJECT)))
DBT = Path(sys.executable).with_name("dbt")
DBT_2 = PROJECT / ".venv" / "dbt2"
QUIETLY = ("--quiet", "--log-level-file", "error")
AUTHORITIES, YEARS, YEARS_OF_LARGE = 153, 20, 200
YEARS_OF_RECORDS = 6
SEED = 7
GIBIBYTE = 1024
TRUTH = {
    "fct_quality_findings": (
        "expected_findings.csv",
        ("check_id", "release_id", "local_authority_code", "period_id", "measure_id"),
    ),
    "fct_revisions": (
        "expected_revisions.csv",
        ("later_release_id", "local_authority_code", "period_id", "measure_id", "unit"),
    ),
}


@dataclass(frozen=True)
class Bench:
    """What is asked for.

    Attributes:
        folder: Where to work.
        rounds: How often each pair is run.
        extracts: The set of about two million figures.
        large: The set of ten times as many.
    """

    folder: Path
    rounds: int
    extracts: Path
    large: Path

    def environment(self, name: str) -> dict[str, str]:
        """Environment variables of a build with a folder of its own."""
        return {
            **os.environ,
            "DBT_TARGET_PATH": str(self.folder / name / "target"),
            "DBT_LOG_PATH": str(self.folder / name / "logs"),
            "WAREHOUSE_PATH": str(self.folder / name / "warehouse.duckdb"),
            "PYTHONPATH": PATH,
        }

    @cached_property
    def national(self) -> dict[str, str]:
        """The environment in which the set is built; whatever was there is built again."""
        self.made(self.extracts, YEARS)
        environment = self.environment("national")
        shutil.rmtree(self.folder / "national", ignore_errors=True)
        self.build(environment)
        return environment

    def build(self, environment: Mapping[str, str]) -> Run:
        """Build the set with dbt and all tests, as `dbt build` does it."""
        variables = f"{{extracts_path: '{self.extracts}', reconcile_with_official: false}}"
        return process([DBT, *QUIETLY, "build", "--vars", variables], environment)

    def python(self, *arguments: str | Path, before: Path | None = None) -> Run:
        """Run a module of the benchmarks on the set, after removing what it wrote before."""
        if before:
            shutil.rmtree(before, ignore_errors=True)
            before.unlink(missing_ok=True)
        return process([sys.executable, "-m", *arguments], self.national)

    def made(self, extracts: Path, years: int) -> None:
        """Make a SYNTHETIC set if it is not there; only a whole one goes by its name."""
        if extracts.exists():
            return
        unfinished = extracts.with_name(f"{extracts.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        size = ("--authorities", str(AUTHORITIES), "--releases", str(years), "--seed", str(SEED))
        command = [sys.executable, SCRIPTS / "generate_releases.py", *size]
        process([*command, "--planted-errors", "--output", unfinished], os.environ)
        unfinished.rename(extracts)


def main() -> None:
    """Run the parts that are asked for, or all, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART",
                        help=f"parts to run: {', '.join(PARTS)}")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=3, help="times to run each (default 3)")
    folder = PROJECT / "target" / "bench"
    for name, years in (("set", YEARS), ("large", YEARS_OF_LARGE)):
        help_ = f"extracts made before: {AUTHORITIES} authorities, {years} years"
        default = folder / f"{AUTHORITIES}x{years}"
        parser.add_argument(f"--{name}", type=Path, default=default, help=help_)
    options = parser.parse_args()
    os.chdir(PROJECT)
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(folder / "work", options.rounds, options.set.resolve(), options.large.resolve())
    for name in options.only:
        print(f"{name} ...", file=sys.stderr, flush=True)
        part = Part(name)
        PARTS[name](bench, part)
        part.keep(folder)
    kept = [folder / f"{name}.json" for name in PARTS]
    print(page.write([Part.kept(path) for path in kept if path.exists()]))


def warm(bench: Bench, part: Part) -> None:
    """A warm build of the committed reports beside a full parse."""
    environment = bench.environment("seeds")
    build = Way("dbt build, warm", lambda: process([DBT, *QUIETLY, "build"], environment))
    parse = [DBT, *QUIETLY, "parse", "--no-partial-parse"]
    full = Way("dbt parse, full", lambda: process(parse, environment))
    build.run()
    in_turn(part, [build, full], bench.rounds)
    part.ratio(build, full, "cpu", 2.0)


def home(bench: Bench, part: Part) -> None:
    """A build in a council's home beside one of the same figures in the repository."""
    with tempfile.TemporaryDirectory() as folder:
        root = layout.demonstrate(Path(folder) / "home").root
        call = (
            f"import os, sys; os.chdir({str(root)!r}); from safeguarding.cli import main;"
            " sys.exit(main(['build']))"
        )
        settings = os.environ | {"PYTHONPATH": PATH}
        there = Way("build in a home", lambda: process([sys.executable, "-c", call], settings))
        environment = bench.environment("seeds")
        command = [sys.executable, SCRIPTS / "build.py"]
        ours = Way("build in the repository", lambda: process(command, environment))
        there.run()
        ours.run()
        in_turn(part, [there, ours], bench.rounds)
    part.ratio(there, ours, "cpu", 1.0)
    part.notes.append("both unchanged since their last build, with Hampshire's figures.")


def dbt2(bench: Bench, part: Part) -> None:
    """The same build on dbt 2."""
    if not (DBT_2 / "bin" / "dbt").exists():
        part.notes.append("not measured, since dbt 2 is not installed in .venv/dbt2.")
        return
    # DuckDB's library, which dbt 2 loads, is beside it.
    of_two = bench.environment("seeds2") | {"LD_LIBRARY_PATH": str(DBT_2 / "lib")}
    command = [DBT_2 / "bin" / "dbt", "build", *QUIETLY]
    two = Way("dbt 2 build", lambda: process(command, of_two))
    of_one = bench.environment("seeds")
    one = Way("dbt 1.11 build", lambda: process([DBT, "build", *QUIETLY], of_one))
    one.run()
    two.run()
    in_turn(part, [two, one], bench.rounds)
    part.ratio(two, one, "cpu", 0.4)
    part.ratio(two, one, "wall", 0.3)


def twin(name: str, measure: str, most: float, bench: Bench, part: Part) -> None:
    """The SQL of what a twin makes, with its tests, beside the twin."""
    output, database = bench.folder / name, bench.folder / f"{name}.duckdb"
    target = bench.national["DBT_TARGET_PATH"]
    straight = ("benchmarks.straight", target, database, name)
    ours = Way("SQL with tests", lambda: bench.python(*straight, before=database))
    arguments = (f"benchmarks.with_{name}", bench.extracts, output)
    theirs = Way(name, lambda: bench.python(*arguments, before=output))
    in_turn(part, [ours, theirs], bench.rounds)
    for each in ("cpu", "wall", "peak"):
        part.ratio(ours, theirs, each, most if each == measure else None)
    part.notes.append(
        "both read the same extracts, and write the observations, conformed facts, revisions and"
        " findings with the same columns; the SQL also makes the standings, which totals of"
        " categories need, and runs the tests of all that it makes."
    )


def whole(bench: Bench, part: Part) -> None:
    """A whole build of the set beside its SQL alone."""
    environment, database = bench.national, bench.folder / "straight.duckdb"
    arguments = ("benchmarks.straight", environment["DBT_TARGET_PATH"], database)
    build = Way("dbt build with tests", lambda: bench.build(environment))
    straight = Way("the same SQL", lambda: bench.python(*arguments, before=database))
    in_turn(part, [build, straight], bench.rounds)
    part.ratio(build, straight, "cpu", 1.3)
    part.ratio(build, straight, "wall")
    part.notes.append(judged(built_in(environment), bench.extracts / "truth"))


def memory(bench: Bench, part: Part) -> None:
    """Time and memory of the set and of one ten times as large, each built once."""
    runs, figures = [], []
    for name, extracts, years in (
        ("two", bench.extracts, YEARS), ("twenty", bench.large, YEARS_OF_LARGE),
    ):  # fmt: skip
        bench.made(extracts, years)
        environment = bench.environment(name)
        command = [sys.executable, SCRIPTS / "build.py", "--extracts", extracts]
        runs.append(process(command, environment))
        warehouse = Path(environment["WAREHOUSE_PATH"])
        figures.append(figures_in(warehouse))
        part.runs[f"build of {figures[-1]:,} figures"] = [runs[-1]]
        part.notes.append(judged(warehouse, extracts / "truth"))
        shutil.rmtree(bench.folder / name)
    peak = runs[1].peak / GIBIBYTE
    part.rows.append(Row(f"build of {figures[1]:,} figures", "peak memory, GiB", peak, 4.0))
    growth = math.log(figures[1] / figures[0])
    for measure in ("wall", "cpu", "peak"):
        first, second = (getattr(run, measure) for run in runs)
        what = f"growth of {page.UNITS[measure]} with the figures"
        part.rows.append(Row(what, "power", math.log(second / first) / growth, 1.0))


def ask(bench: Bench, part: Part) -> None:
    """The questions of docs/questions.md, asked of the set."""
    star = bench.folder / "star.duckdb"
    star.unlink(missing_ok=True)
    questions.measure(part, built_in(bench.national), star)


def extracts(bench: Bench, part: Part) -> None:
    """Reading the figures of the set beside polars: every column summarised, and into Arrow."""
    import polars as pl  # noqa: PLC0415 - slow to import, and only this part needs it

    bench.made(bench.extracts, YEARS)
    folder = bench.extracts / "figures"
    source = (
        f"from read_parquet('{folder}/**/*.parquet', hive_partitioning = true,"
        " hive_types_autocast = false)"
    )
    keys = ["local_authority_code", "table_id"]
    rest = [name for name in FIGURE_COLUMNS if name not in keys]
    greatest = ", ".join(f"max({name})" for name in rest)
    summary = f"select {', '.join(keys)}, count(*), {greatest} {source} group by all"

    def scan() -> pl.LazyFrame:
        return pl.scan_parquet(folder, hive_partitioning=True, try_parse_hive_dates=False)

    def ask(query: str, answer: str) -> object:
        with duckdb.connect() as connection:
            connection.execute("set preserve_insertion_order = false")
            return getattr(connection.sql(query), answer)()

    def summarise() -> object:
        return scan().group_by(keys).agg(pl.len(), pl.col(rest).max()).collect()

    for what, ours, theirs, most in (
        ("summarised", lambda: ask(summary, "fetchall"), summarise, 1.3),
        (
            "into Arrow",
            lambda: ask(source, "to_arrow_table"),
            lambda: scan().collect().to_arrow(),
            None,
        ),
    ):
        ways = [
            Way(f"read by {name}, {what}", partial(here, work))
            for name, work in (("DuckDB", ours), ("polars", theirs))
        ]
        in_turn(part, ways, 2 * bench.rounds)
        part.ratio(ways[0], ways[1], "cpu", most)
        part.ratio(ways[0], ways[1], "wall", most)


def export(bench: Bench, part: Part) -> None:
    """A full export of the committed reports beside DuckDB's own copies and the workbooks."""
    environment = bench.environment("seeds")
    process([sys.executable, SCRIPTS / "build.py"], environment)
    tables = exported_tables(Path(environment["DBT_TARGET_PATH"]) / "manifest.json")
    formats = tuple(name for name in export_commands.FORMATS if name != "docs")
    warehouse, output = Path(environment["WAREHOUSE_PATH"]), bench.folder / "exports"
    job = export_commands.Job(warehouse, output, formats, (), Audience.PUBLIC)
    raw = bench.folder / "raw"
    raw.mkdir(exist_ok=True)

    def copy() -> None:
        with duckdb.connect(str(output / export_commands.DATABASE), read_only=True) as connection:
            for table in tables:
                for form in ("parquet", "csv"):
                    path = raw / f"{table.name}.{form}"
                    connection.execute(f"copy marts.{table.name} to '{path}' (format {form})")
            workbook.write_workbooks(connection, raw)

    full = Way("full export", lambda: here(lambda: export_commands.export(job)))
    least = Way("raw copies and the two workbooks", lambda: here(copy))
    full.run()
    in_turn(part, [full, least], bench.rounds)
    part.ratio(full, least, "cpu")


def report(bench: Bench, part: Part) -> None:
    """The report of the committed reports' years beside their export, and that of all councils."""
    environment, output = bench.environment("seeds"), bench.folder / "reported"
    process([sys.executable, SCRIPTS / "build.py"], environment)
    export = [sys.executable, SCRIPTS / "export_marts.py", "--output", output]
    command = [sys.executable, SCRIPTS / "build_report.py", "--output", output]
    kept = Path(environment["DBT_TARGET_PATH"]) / "report"

    def report_anew() -> Run:
        shutil.rmtree(kept, ignore_errors=True)
        return process(command, environment)

    beside = Way("export", lambda: process(export, environment))
    first = Way("report of two years, nothing kept", report_anew)
    again = Way("report of two years, all kept", lambda: process(command, environment))
    in_turn(part, [beside, first, again], bench.rounds)
    # At most what it took when a year had 10 pages, not 14.
    part.ratio(first, beside, "cpu", 2.12)
    part.ratio(again, beside, "cpu", 0.55)
    report_of_all(bench, part)


def report_of_all(bench: Bench, part: Part) -> None:
    """The report of one year of all councils on two processes; nothing is kept."""
    environment, output = bench.environment("councils"), bench.folder / "councils" / "exports"
    shutil.rmtree(output.parent, ignore_errors=True)
    bench.made(extracts := bench.extracts.with_name(f"{AUTHORITIES}x1"), 1)
    process([sys.executable, SCRIPTS / "build.py", "--extracts", extracts], environment)
    publish = [sys.executable, SCRIPTS / "export_marts.py", "--format", "duckdb"]
    process([*publish, "--output", output], environment)
    command = [sys.executable, SCRIPTS / "build_report.py", "--jobs", "2", "--output", output]
    for formats in (("pages",), FORMATS):
        shutil.rmtree(Path(environment["DBT_TARGET_PATH"]) / "report", ignore_errors=True)
        run = process([*command, "--format", *formats], environment)
        part.runs[what := f"{', '.join(formats)} of {AUTHORITIES} councils, one year"] = [run]
        part.rows.append(Row(what, "time on two processes, s", run.wall, 120.0))
    most = max(each.stat().st_size for each in output.rglob("report/**/*.html"))
    part.rows.append(Row("largest of their pages", "size, kB", most / 1000, 500.0))


def records(bench: Bench, part: Part) -> None:
    """Records of people: a council's year, those of all councils, and a census's file."""
    # Records are read from outside the repository alone, SYNTHETIC ones too.
    with tempfile.TemporaryDirectory() as folder:
        of_records(bench, part, Path(folder))


def of_records(bench: Bench, part: Part, folder: Path) -> None:
    """The same, in a folder."""
    environment = bench.environment("records")
    write_ssd(generate(many_records.usual_council()), folder / "ssd")
    command = (
        sys.executable, SCRIPTS / "records.py", "build", "--records", folder / "ssd", "--authority",
        "E10000014", "--period", many_records.PERIOD, "--extracted", many_records.DAY,
        "--aggregates", folder / "figures.csv",
    )  # fmt: skip
    one = Way("records.py build, one council's year", lambda: process(command, environment))
    start = [sys.executable, "-c", "import dbt.cli.main"]
    dbt = Way("dbt's start", lambda: process(start, environment))
    one.run()
    in_turn(part, [one, dbt], bench.rounds)
    part.ratio(one, dbt, "cpu", 2.0)
    read_census(part, folder, environment)
    count_more(part, folder, environment, 1, AUTHORITIES)


def six_years(bench: Bench, part: Part) -> None:
    """Records of all councils for six years: memory, and the growth on one year."""
    with tempfile.TemporaryDirectory() as name:
        folder, environment = Path(name), bench.environment("records")
        years = count_more(part, folder, environment, AUTHORITIES, AUTHORITIES * YEARS_OF_RECORDS)
        peak = part.median(years.name, "peak") / GIBIBYTE
        part.rows.append(Row(years.name, "peak memory, GiB", peak, 8.0))


def count_more(part: Part, folder: Path, environment: dict[str, str], few: int, many: int) -> Way:
    """Count the records of few and of many council-years by their SQL; returns the latter way."""
    ways = []
    for council_years in (few, many):
        records = folder / str(council_years)
        many_records.make(records, council_years)
        command = (sys.executable, "-m", "benchmarks.many_records", "count", records, council_years)
        rows = many_records.rows_in(records)
        name = f"SQL of {rows:,} records, {council_years} council-years"
        ways.append(Way(name, partial(process, command, environment)))
        part.runs[name] = [ways[-1].run()]
    for measure in ("cpu", "peak"):
        grown = part.median(ways[1].name, measure) / part.median(ways[0].name, measure)
        power = math.log(grown) / math.log(many / few)
        what = f"growth of {page.UNITS[measure]}, {few} to {many} council-years"
        part.rows.append(Row(what, "power", power, 1.0))
    select = ("--select", "path:models/records", "path:seeds/records")
    whole = [DBT, *QUIETLY, "build", "--vars", f"{{records_path: '{records}'}}", *select]
    build = Way("dbt build of the same, with tests", partial(process, whole, environment))
    part.runs[build.name] = [build.run()]
    part.ratio(build, ways[1], "cpu", 1.3)
    part.notes.append(
        "council-years are one SYNTHETIC council's year under keys of its own each time; that all"
        " give the same figures is checked."
    )
    return ways[1]


def read_census(part: Part, folder: Path, environment: dict[str, str]) -> None:
    """How fast a census is read, and whether memory grows with it: a file and one of four times."""
    sizes, ways = [], []
    for times in (10, 40):
        path = folder / f"census {times}.xml"
        many_records.make_census(path, times)
        sizes.append(path.stat().st_size / 1e6)
        command = (sys.executable, "-m", "benchmarks.many_records", "read", path)
        ways.append(
            Way(f"census of {sizes[-1]:.0f} MB read", partial(process, command, environment))
        )
        part.runs[ways[-1].name] = [ways[-1].run()]
    took = part.median(ways[1].name, "cpu") - part.median(ways[0].name, "cpu")
    twenty = 20 * took / (sizes[1] - sizes[0])
    part.rows.append(Row("20 MB more of a census", "processor, s", twenty, 1.0))
    part.ratio(ways[1], ways[0], "peak", 1.1)


def sqlmesh(_: Bench, part: Part) -> None:
    """Say why SQLMesh is not timed."""
    part.notes.append(
        "not measured. Version 0.236 reads the project through its dbt loader only without the"
        " check of what facts declare (`declaration_faults`) and the tests `keys`, whose macros it"
        " cannot render. Then its first plan, on a cache that failed plans had partly filled, makes"
        " every model in 34 processor seconds; 14 of 28 marts differ. Where that was looked into"
        " (`dim_area`), it had guessed the types of a seed."
    )


def built_in(environment: Mapping[str, str]) -> Path:
    """What dbt built, which it does not publish."""
    return Path(environment["DBT_TARGET_PATH"]) / "warehouse.duckdb"


def figures_in(warehouse: Path) -> int:
    """How many figures a warehouse holds."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.sql("select count(*) from marts.fct_observations").fetchall()
    return int(rows[0][0])


def judged(warehouse: Path, truth: Path) -> str:
    """What a build found of that which was planted: findings and revisions, in a sentence."""
    lacking = {"missed": 0, "found though not planted": 0}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for mart, (file, keys) in TRUTH.items():
            columns = ", ".join((*keys, "coalesce(category_id, '') as category_id"))
            found = f"select {columns} from marts.{mart}"
            rows = f"read_csv('{truth / file}', all_varchar = true, header = true)"
            expected = f"select {columns} from {rows}"
            for what, sides in zip(lacking, ((expected, found), (found, expected)), strict=True):
                query = "select count(*) from ({} except all {})".format(*sides)
                lacking[what] += connection.sql(query).fetchall()[0][0]
    said = ", ".join(f"{number} {what}" for what, number in lacking.items())
    return f"planted errors and revisions of {figures_in(warehouse):,} figures: {said}."


PARTS: Mapping[str, Callable[[Bench, Part], None]] = {
    "warm": warm,
    "home": home,
    "dbt2": dbt2,
    "polars": partial(twin, "polars", "cpu", 1.0),
    "pandas": partial(twin, "pandas", "wall", 0.33),
    "whole": whole,
    "memory": memory,
    "questions": ask,
    "extracts": extracts,
    "export": export,
    "report": report,
    "records": records,
    "six-years": six_years,
    "sqlmesh": sqlmesh,
}


if __name__ == "__main__":
    main()

"""The next release of official statistics loads by rows alone, and older ones still load.

SYNTHETIC: made of the figures that there are, a year later; columns are renamed, dropped, added.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from conftest import PROJECT
from safeguarding.official import official_commands
from safeguarding.official.areas import Unknown
from safeguarding.official.known import OfficialFileError, read_known
from safeguarding.official.official_commands import Loaded
from safeguarding.official.published_files import read_file
from safeguarding.official.tidy_store import STATISTICS
from safeguarding.warehouse.compiled_project import CompiledProject
from support.next_release import Cells, Release, rebased

SHIPPED = PROJECT / "seeds" / "official" / STATISTICS
KNOWN = read_known()
KENT, HAMPSHIRE, ENGLAND = "E10000016", "E10000014", "E92000001"
NEXT = "dfe-children-in-need-2025"
RENAMED = {
    "c1": {"Referrals": "Number of referrals", "Re_referrals_percent": "Pct again"},
    "c2": {"Same_day": "0_days", "61+_days": "Over, 60 days"},
    "c5": {"LA_Services": "Councils"},
    "d1": {"CPP_start": "Plans started", "CPP_end_rate": "Ended per 10000"},
    "looked_after": {"children_count": "number"},
}


class Workplace(NamedTuple):
    """A copy of the project's seeds, and a folder for files."""

    project: Path
    files: Path

    def load(self, *, accept: bool = False, release: str | None = None) -> Loaded:
        return official_commands.load(
            self.files,
            self.project / "seeds" / "official",
            release,
            accept=accept,
            project=self.project,
        )

    def refusal(self, *, accept: bool = False) -> str:
        with pytest.raises(OfficialFileError) as error:
            self.load(accept=accept)
        return str(error.value)

    def seeds(self) -> dict[str, bytes]:
        paths = sorted((self.project / "seeds").rglob("*.*"))
        return {path.name: path.read_bytes() for path in paths}

    def figures(self, table: str, release: str) -> dict[tuple[str, str, str, str, str], str]:
        """Figures of a table by area, measure, category, unit and year, as text."""
        rows = duckdb.execute(
            "select area_code, measure_id, coalesce(category_id, ''), unit, financial_year,"
            " coalesce(marker, cast(value as varchar)) from read_parquet(?)"
            " where source_table = ? and release_id = ?",
            [str(self.project / "seeds" / "official" / STATISTICS), table, release],
        ).fetchall()
        return {row[:5]: row[5] for row in rows}


def place(folder: Path) -> Workplace:
    project = folder / "project"
    shutil.copytree(PROJECT / "seeds", project / "seeds")
    shutil.copy(PROJECT / "dbt_project.yml", project)
    return Workplace(project, folder / "files")


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return place(tmp_path)


def release_of(table: str) -> Release:
    return Release.of_figures(table, SHIPPED, KNOWN)


def changed_release() -> list[Release]:
    """Seven files of a year later: three columns dropped, one added, cells suppressed."""
    next_year = {
        table: release_of(table).a_year_later()
        for table in ("c1", "c2", "c5", "d1", "d4", "looked_after", "population")
    }

    def shorter(row: Cells) -> Cells:
        return row | {"population_type": row["population_type"].removesuffix(" each year")}

    for table, names in RENAMED.items():
        next_year[table] = next_year[table].renamed(names)
    next_year["c1"] = next_year["c1"].without("Referrals_rate").with_column("New thing", "3")
    next_year["d1"] = next_year["d1"].without("CPP_At31_rate")
    next_year["d4"] = next_year["d4"].without("Multiple_Latest")
    next_year["c5"] = next_year["c5"].suppressed(
        ["Schools", "Housing"], [KENT, "E10000030"], ["2025"]
    )
    next_year["d1"] = next_year["d1"].suppressed(["Plans started"], [KENT], ["2025"])
    next_year["looked_after"] = next_year["looked_after"].changed(shorter)
    next_year["population"] = rebased(next_year["population"])
    return list(next_year.values())


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """The next release, loaded with what its values speak for."""
    work = place(tmp_path_factory.mktemp("next"))
    for release in changed_release():
        release.write(work.files)
    before = work.seeds()
    message = work.refusal()
    assert work.seeds() == before
    assert "run the command again with --accept" in message
    accepted = work.load(accept=True).accepted
    for rows in accepted.values():
        for row in rows:
            assert ",".join(row.values()) in message.replace('"', "")
    return work


def test_renamed_columns_are_told_by_their_values(loaded: Workplace) -> None:
    """Each figure stands where it stood, in the years that both releases have."""
    moved = {
        "c1": ("referrals", "", "count"),
        "c2": ("assessments_by_duration", "61_or_more_days", "count"),
        "c5": ("referrals_by_source", "local_authority_services", "count"),
        "d1": ("cpp_ended", "", "rate_per_10000"),
    }
    for table, (measure, category, unit) in moved.items():
        old = loaded.figures(table, "dfe-children-in-need-2024")
        new = loaded.figures(table, NEXT)
        key = (KENT, measure, category, unit)
        assert new[*key, "2022-23"] == old[*key, "2022-23"] != "x", table
        assert new[*key, "2024-25"] == old[*key, "2023-24"], table
        assert (*key, min(year for *_, year in old)) not in new, table
    cla = loaded.figures("looked_after", "dfe-children-looked-after-2026")
    was = loaded.figures("looked_after", "dfe-children-looked-after-2025")
    for measure in ("cla_at_year_end", "care_entered", "care_left"):
        place = (HAMPSHIRE, measure, "", "count", "2022-23")
        assert cla[place] == was[place]


def test_dropped_columns_end_and_older_releases_keep_them(loaded: Workplace) -> None:
    for table, measure in (("c1", "referrals"), ("d1", "cpp_at_year_end")):
        rates = {
            release: any(
                key[1] == measure and key[3] == "rate_per_10000"
                for key in loaded.figures(table, release)
            )
            for release in ("dfe-children-in-need-2024", NEXT)
        }
        assert rates == {"dfe-children-in-need-2024": True, NEXT: False}
    # The older files, loaded again by the rows of both releases: nothing is lost.
    shutil.rmtree(loaded.files)
    tables = ("c1", "c2", "c5", "d1", "d4", "looked_after", "population")
    releases = {
        "looked_after": "dfe-children-looked-after-2025",
        "population": "ons-mid-year-estimates-2023",
    }
    before = {
        table: loaded.figures(table, releases.get(table, "dfe-children-in-need-2024"))
        for table in tables
    }
    for table in tables:
        release_of(table).write(loaded.files)
    assert loaded.load().accepted == {}
    for table, figures in before.items():
        again = loaded.figures(table, releases.get(table, "dfe-children-in-need-2024"))
        assert again == figures, table
    # Of an older release the column is still expected: a file without it is not complete.
    release_of("c1").without("Referrals_rate").write(loaded.files)
    assert "column 'Referrals_rate' (referrals_rate) of table c1 is missing" in loaded.refusal()


@pytest.fixture(scope="module")
def built(
    loaded: Workplace, compiled: CompiledProject, tmp_path_factory: pytest.TempPathFactory
) -> duckdb.DuckDBPyConnection:
    """The warehouse with both releases."""
    project = CompiledProject.of(PROJECT)
    project.project = loaded.project
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(loaded.project)  # paths in the SQL are below the project
        path = tmp_path_factory.mktemp("built") / "warehouse.duckdb"
        return project.build(project.read_seeds(), str(path))


def test_suppressed_cells_ask_for_no_exception(
    built: duckdb.DuckDBPyConnection, compiled: CompiledProject
) -> None:
    """What is asked are the three authorities marked u; the row to paste is in the message."""
    messages = [row["message"] for row in compiled.failures(built, "official_totals_agree")]
    assert sorted(message.partition(".csv: ")[2] for message in messages) == [
        "E06000006,cpp_at_year_end,2024-25,2024-25,u,REASON",
        "E06000019,,2024-25,2024-25,u,REASON",
        "E10000014,,2024-25,2024-25,u,REASON",
    ]
    assert any("Hampshire E10000014, 2024-25, is marked u" in message for message in messages)
    for message in messages:
        cells = message.partition(".csv: ")[2].replace("REASON", "SYNTHETIC").split(",")
        built.execute(
            "insert into raw.official_total_exceptions"
            " select nullif(x[1], ''), nullif(x[2], ''), x[3], x[4], x[5], x[6]"
            " from (select ? as x)",
            [cells],
        )
    assert compiled.failures(built, "official_totals_agree") == []
    assert compiled.failures(built, "official_statistics_are_whole") == []


def test_one_figure_is_preferred_and_the_other_kept(built: duckdb.DuckDBPyConnection) -> None:
    keys = "area_code, measure_id, category_id, financial_year, unit"
    assert built.sql(
        f"""
        select count(*) - count(distinct official_statistic_id),
            count(*) filter (where is_preferred) - count(distinct ({keys}))
        from marts.fct_official_statistics
        """
    ).fetchall() == [(0, 0)]
    rates = built.sql(
        f"""
        select release_id, denominator, is_calculated, is_latest_release, is_preferred
        from marts.fct_official_statistics
        where area_code = '{KENT}' and measure_id = 'cpp_ended' and unit = 'rate_per_10000'
            and financial_year = '2022-23' and denominator like 'ons%' order by all
        """
    ).fetchall()
    assert rates == [
        ("dfe-children-in-need-2024", "ons-mid-year-estimates-2023", False, False, False),
        ("dfe-children-in-need-2024", "ons-mid-year-estimates-2024", True, False, False),
        (NEXT, "ons-mid-year-estimates-2023", True, False, False),
        (NEXT, "ons-mid-year-estimates-2024", False, True, True),
    ]


def test_a_page_of_a_year_is_on_one_population(built: duckdb.DuckDBPyConnection) -> None:
    """Benchmarks have one rate for each authority, and one population for each measure and year."""
    assert built.sql(
        """
        select count(*) - count(distinct benchmark_id) from marts.fct_benchmarks
        union all
        select count(*) from (
            select 1 from marts.fct_benchmarks where unit = 'rate_per_10000'
            group by measure_id, financial_year having count(distinct denominator) > 1
        )
        """
    ).fetchall() == [(0,), (0,)]


def test_one_measure_in_two_tables_is_one_figure(built: duckdb.DuckDBPyConnection) -> None:
    """Referrals stand in C1 and in C5, as the total beside its parts."""
    assert built.sql(
        f"""
        select source_table, count(*) from marts.fct_official_statistics
        where release_id = '{NEXT}' and measure_id = 'referrals' and unit = 'count'
            and area_code = '{KENT}' group by all
        """
    ).fetchall() == [("c1", 12)]


def test_nothing_is_lost_where_the_next_release_drops_a_column(
    built: duckdb.DuckDBPyConnection,
) -> None:
    """Plans of several categories end with D4's column: the older release's stay the latest."""
    assert built.sql(
        f"""
        select distinct release_id from marts.fct_official_statistics
        where is_latest_release and measure_id = 'cpp_at_year_end' and category_id = 'multiple'
            and area_code = '{KENT}' and unit = 'count' and financial_year = '2022-23'
        """
    ).fetchall() == [("dfe-children-in-need-2024",)]


def test_what_values_do_not_tell_is_asked(work: Workplace) -> None:
    """Half of the values are others: a person chooses, and --accept adds nothing."""
    release = release_of("c1").a_year_later().renamed({"Referrals": "Something"})

    def revised(row: Cells) -> Cells:
        is_other = row["new_la_code"] > "E08"
        return row | ({"Something": "7"} if is_other else {})

    release.changed(revised).write(work.files)
    before = work.seeds()
    message = work.refusal(accept=True)
    assert work.seeds() == before
    assert "c1,referrals,dfe-children-in-need-2025,Something\n" in message
    assert "c1,something,dfe-children-in-need-2025,Something" in message
    assert "c1,referrals,dfe-children-in-need-2025,\n" in message + "\n"


def test_of_two_columns_nearly_alike_the_one_that_is_equal_is_chosen(work: Workplace) -> None:
    """Rates of children are a little lower than rates of cases, and come within the tolerance."""
    release = release_of("c4").a_year_later().renamed({"ICPC_rate": "Conferences"})

    def of_children(row: Cells) -> Cells:
        rate = row["Conferences"]
        is_number = rate.replace(".", "").isdigit()
        return row | {"Of children": f"{float(rate) * 0.99:.1f}" if is_number else rate}

    both = release.with_column("Of children", "").changed(of_children)
    Release(both.name, (*both.headers[:-2], "Of children", "Conferences"), both.rows).write(
        work.files
    )
    rows = work.load(accept=True).accepted["seeds/official/official_columns.csv"]
    assert {(row["canonical_name"], row["header"]) for row in rows} == {
        ("initial_conferences_rate", "Conferences"),
        ("of_children", "Of children"),
    }


def test_two_headers_that_change_places_are_noticed(work: Workplace) -> None:
    swapped = {"Section47": "ICPC", "ICPC": "Section47"}
    release_of("c4").a_year_later().renamed(swapped).write(work.files)
    message = work.refusal()
    assert "header 'ICPC' stood for 'initial_conferences'" in message
    assert f"c4,section_47_enquiries,{NEXT},ICPC" in message


def test_another_table_with_the_same_columns_is_noticed(work: Workplace) -> None:
    """The columns of C1, but other figures."""

    def other(row: Cells) -> Cells:
        return row | {header: "5" for header in row if header.startswith(("Re", "Ref"))}

    release_of("c1").a_year_later().changed(other).write(work.files)
    assert "It may be another table" in work.refusal()


def test_rows_that_are_right_make_a_table_no_less_alike(work: Workplace, tmp_path: Path) -> None:
    """Ten releases, each with new headers: the table is still recognised by those of today."""
    columns = work.project / "seeds" / "official" / "official_columns.csv"
    with columns.open("a", encoding="utf-8") as file:
        for year in range(2014, 2024):
            for name in ("referrals", "referrals_rate", "re_referrals", "re_referrals_percent"):
                file.write(f"c1,{name},dfe-children-in-need-{year},{name} of {year}\n")
    path = release_of("c1").write(tmp_path)
    known = read_known(work.project)
    assert read_file(path, known).table.name == "c1"
    assert read_file(path, known).missing == []


NEIGHBOURS = [("Near", "close"), ("Near", "Near"), ("SN", "SN")]


@pytest.mark.parametrize(("first", "second"), NEIGHBOURS)
def test_a_file_of_neighbours_of_another_layout_loads_by_rows(
    first: str, second: str, work: Workplace
) -> None:
    """Ten pairs of columns; `LA number`, which was left out before, is now the authority."""
    seed = PROJECT / "seeds" / "official" / "statistical_neighbours.csv"
    with seed.open(encoding="utf-8") as file:
        shipped = list(csv.DictReader(file))
    pairs = [f"{word}{rank}" for rank in range(1, 11) for word in (first, second)]
    lines = [",".join(["LA number", "LA Name", *pairs])]
    numbers = {code: text for text, code in KNOWN.areas.codes.items() if text.isdigit()}
    for at in range(0, len(shipped), 10):
        of_one = shipped[at : at + 10]
        cells = [numbers[of_one[0]["local_authority_code"]], "SYNTHETIC"]
        for row in of_one:
            cells += [numbers[row["neighbour_code"]], row["closeness"]]
        lines.append(",".join(cells))
    work.files.mkdir()
    (work.files / "neighbours_2024.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    message = work.refusal()
    assert "neighbours,la_number,dfe-statistical-neighbours-2024,LA number" in message
    (one,) = work.load(accept=True).files
    found = [(n.local_authority_code, n.neighbour_code, n.closeness) for n in one.neighbours]
    names = ("local_authority_code", "neighbour_code", "closeness")
    assert found == [tuple(row[name] for name in names) for row in shipped]


MERGED = "E06000052 / E06000053"


def c4_with(*rows: tuple[str, Cells]) -> Release:
    """C4 of a year later; in rows of an area, cells are changed."""
    release = release_of("c4").a_year_later()
    for code, cells in rows:

        def change(row: Cells, code: str = code, cells: Cells = cells) -> Cells:
            return row | cells if row["new_la_code"] == code else row

        release = release.changed(change)
    return release


def test_a_merged_area_is_named_and_stored_by_a_row(work: Workplace) -> None:
    release = c4_with(("E06000052", {"new_la_code": MERGED, "la_name": "Cornwall and Scilly"}))
    kept = tuple(row for row in release.rows if row["new_la_code"] != "E06000053")
    Release(release.name, release.headers, kept).write(work.files)
    message = work.refusal()
    assert "It is Cornwall E06000052 and Isles of Scilly E06000053 in one row" in message
    row = f"areas,E06000052,,{MERGED}"
    assert row in message
    assert "local_authorities.csv" not in message
    columns = work.project / "seeds" / "official" / "official_columns.csv"
    before = columns.read_text(encoding="utf-8")
    columns.write_text(f"{before}{row}\n", encoding="utf-8")
    work.load()
    key = ("E06000052", "section_47_enquiries", "", "count", "2022-23")
    assert work.figures("c4", NEXT)[key] != "x"
    columns.write_text(f"{before}areas,,,{MERGED}\n", encoding="utf-8")
    (one,) = work.load().files
    assert any("12 rows of shared areas were left out" in notice for notice in one.notices)
    assert key not in work.figures("c4", NEXT)


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [
        # Cheshire, in the register of changes since 2009, is no authority of today.
        (
            Unknown("E10000004", "Cheshire", "E12000002", "North West", "875", ("2008-09",)),
            (
                "abolished council: Cheshire East E06000049 and Cheshire West",
                "official_areas.csv: E10000004,Cheshire,local_authority,E12000002,875",
            ),
        ),
        # An area of the early years only is one that is gone.
        (
            Unknown("E10000098", "Oldshire", "E12000008", "South East", "799", ("2012-13",)),
            (
                "abolished",
                "official_areas.csv: E10000098,Oldshire,local_authority,E12000008,799",
                "E10000098,E06000099,2013-14,replaced,Oldshire was replaced",
            ),
        ),
        # One that begins is new; those of its region that end before it are what it replaced.
        (
            Unknown("E06000098", "Newshire", "E12000008", "South East", "798", ("2013-14",)),
            (
                "local_authorities.csv: E06000098,Newshire,E12000008,South East,798",
                "E10000016,E06000098,2013-14,replaced,Kent was replaced",
            ),
        ),
        # The same number in other years: the same council under another code.
        (
            Unknown("E06000097", "Kent Unitary", "E12000008", "South East", "886", ("2013-14",)),
            ("Kent E10000016 has the same number", "E10000016,E06000097,2013-14,recoded,Kent"),
        ),
        # Names of two areas in one cell.
        (
            Unknown("Cornwall and Isles of Scilly"),
            ("Cornwall E06000052 and Isles of Scilly E06000053 in one row",),
        ),
        (
            Unknown("Kentt"),
            ("nearest known is 'Kent'", "official_columns.csv: areas,E10000016,,Kentt"),
        ),
    ],
    ids=lambda value: value.text if isinstance(value, Unknown) else "",
)
def test_an_area_is_named_rightly(unknown: Unknown, expected: tuple[str, ...]) -> None:
    known = KNOWN.areas
    present = {"2012-13": {KENT, ENGLAND}, "2013-14": {ENGLAND}}
    if unknown.text == "E10000098":
        known = type(known)(
            **{**vars(known), "local_authorities": known.local_authorities | {"E06000099"}}
        )
        present = {"2012-13": {ENGLAND}, "2013-14": {ENGLAND, "E06000099"}}
    advice = known.advice(unknown, present)
    for words in expected:
        assert words in advice
    if "abolished" in advice:
        assert "local_authorities.csv" not in advice


def test_no_advice_makes_an_abolished_council_an_authority_of_today() -> None:
    for code in KNOWN.areas.ends:
        unknown = Unknown(code, "SYNTHETIC", "E12000008", "South East", "", ("2023-24",))
        assert "local_authorities.csv" not in KNOWN.areas.advice(unknown, {"2023-24": {ENGLAND}})

"""DfE's files go in whole or not at all, and what comes out stands in them."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT
from safeguarding.official import official_commands
from safeguarding.official.earlier import earlier_figures
from safeguarding.official.known import OfficialFileError, read_known
from safeguarding.official.published_files import read_file
from safeguarding.official.tidy import Tidied, tidy
from safeguarding.official.tidy_store import FILES, NEIGHBOURS, RELEASES, STATISTICS

PUBLISHED = PROJECT.parent / "shared" / "dfe"
KNOWN = read_known()
EARLIER = earlier_figures(PROJECT / "seeds" / "official" / STATISTICS)

IDENTITY = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,"
    "region_name,old_la_code,new_la_code,la_name"
)
C4 = (
    f"{IDENTITY},category,Section47,Section47_rate,Section47_child,Section47_child_rate,ICPC,"
    "ICPC_rate,ICPC_child,ICPC_child_rate,Duration_0-10_days,Duration_11-15_days,"
    "Duration_16-20_days,Duration_21+_days,Duration_25th_Percentile,Duration_median,"
    "Duration_75th_Percentile"
)
REST = ",".join(["1"] * 9)
ENGLAND = "Reporting year,National,E92000001,England,,,,,"
SOUTH_EAST = "Reporting year,Regional,E92000001,England,E12000008,South East,,,"
KENT = "Reporting year,Local authority,E92000001,England,E12000008,South East,886,E10000016,Kent"


def synthetic(years: Sequence[int] = (2023, 2022), section_47: str = "70") -> str:
    """A SYNTHETIC table C4 of three areas."""
    lines = [C4]
    for year in years:
        for place, count in ((ENGLAND, "900"), (SOUTH_EAST, "80"), (KENT, section_47)):
            lines.append(f"{year},{place},SYNTHETIC,{count},1.5,1,1,20,0.5,1,1,{REST[:13]}")
    return "\n".join(lines) + "\n"


def write(folder: Path, content: str | bytes, name: str = "c4_synthetic.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path) -> Tidied:
    return tidy(read_file(path, KNOWN), KNOWN, EARLIER)


def kent(tidied: Tidied, measure: str = "section_47_enquiries") -> dict[str, tuple[str, str]]:
    """Kent's counts of a measure by year: value and marker."""
    return {
        f.financial_year: (f.value, f.marker)
        for f in tidied.figures
        if f.area_code == "E10000016" and f.measure_id == measure and f.unit == "count"
    }


def test_a_file_is_recognised_by_its_columns(tmp_path: Path) -> None:
    tidied = read(write(tmp_path, synthetic(), "renamed by somebody.csv"))
    assert tidied.file.table.name == "c4"
    assert tidied.release_id == "dfe-children-in-need-2023"
    assert kent(tidied) == {"2022-23": ("70", ""), "2021-22": ("70", "")}


def test_byte_order_mark_line_ends_and_column_order_do_not_matter(tmp_path: Path) -> None:
    plain = read(write(tmp_path, synthetic()))
    rows = list(csv.reader(synthetic().splitlines()))
    turned = "\r\n".join(",".join(reversed(row)) for row in rows) + "\r\n"
    other = read(write(tmp_path, b"\xef\xbb\xbf" + turned.encode(), "turned.csv"))
    assert set(other.figures) == set(plain.figures)


@pytest.mark.parametrize(
    ("printed", "cell"),
    [
        *[(symbol, ("", symbol)) for symbol in ("c", "u", "x", "z", "low")],
        ("k", ("", "low")),
        (":", ("", "x")),
        ("", ("", "x")),
        (" c ", ("", "c")),
        ("0", ("0", "")),
    ],
)
def test_a_symbol_is_a_marker_and_zero_a_number(
    tmp_path: Path, printed: str, cell: tuple[str, str]
) -> None:
    assert kent(read(write(tmp_path, synthetic(section_47=printed))))["2022-23"] == cell


def test_a_missing_year_is_told_and_not_filled_in(tmp_path: Path) -> None:
    tidied = read(write(tmp_path, synthetic(years=(2023, 2021))))
    assert set(kent(tidied)) == {"2022-23", "2020-21"}
    (notice,) = tidied.notices
    assert "no rows for 2021-22" in notice
    assert "No figures were written for it" in notice


def test_an_authority_that_is_not_in_one_year_is_told(tmp_path: Path) -> None:
    lines = synthetic().splitlines()
    tidied = read(write(tmp_path, "\n".join(lines[:-1]) + "\n"))
    (notice,) = tidied.notices
    assert "E10000016 in 2022-23 but not in 2021-22" in notice


def changed(old: str, new: str) -> bytes:
    text = synthetic()
    assert old in text
    return text.replace(old, new).encode()


def cut(end: str) -> bytes:
    text = synthetic()
    assert text.endswith(end)
    return text.removesuffix(end).encode()


def without(pattern: str) -> bytes:
    return re.sub(pattern, "", synthetic(), flags=re.MULTILINE).encode()


def with_column(name: str) -> bytes:
    header, *rows = synthetic().splitlines()
    return "".join([f"{header},{name}\n", *(f"{row},3\n" for row in rows)]).encode()


def without_column(number: int) -> bytes:
    rows = csv.reader(synthetic().splitlines())
    return "".join(",".join(row[:number] + row[number + 1 :]) + "\n" for row in rows).encode()


BAD: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "header renamed": (
        changed(",Section47,", ",Section_47_enquiries,"),
        ("line 1, column 12", "'Section_47_enquiries'", "nearest known is 'Section47'",
         "c4,section_47_enquiries,dfe-children-in-need-2023,Section_47_enquiries",
         "seeds/official/official_columns.csv")),
    "renamed to what has a comma": (
        changed(",ICPC,", ',"Conferences, initial",'),
        ("column 16", "'Conferences, initial'",
         'dfe-children-in-need-2023,"Conferences, initial"')),
    "category added": (
        with_column("New_kind"),
        ("column 27", "'New_kind'", "c4,new_kind,dfe-children-in-need-2023,New_kind",
         "official_figures.csv")),
    "column gone": (
        without_column(15), ("column 'ICPC' (initial_conferences) of table c4 is missing",)),
    "column twice": (changed("Section47_child_rate", "Section47_rate"), ("more than one column",)),
    "cut off in a row": (cut(",1,1,1,1\n"), ("line 7", "found 22 cells, expected 26")),
    "cut off in the last cell": (cut("\n"), ("line 7", "last line has no line end")),
    "no row for England": (
        without("^2022,Reporting year,National.*\n"),
        ("E92000001 for 2021-22", "cut off or filtered")),
    "no row for a region": (
        without("^2022,Reporting year,Regional.*\n"), ("E12000008 for 2021-22",)),
    "row twice": (
        (synthetic() + synthetic().splitlines()[3] + "\n").encode(),
        ("line 8", "second row for Kent E10000016 in 2022-23", "line 4")),
    "area not known": (
        changed("E10000016,Kent", "E06000099,West Kent"),
        ("line 4, column 9", "'E06000099'", "Kent E10000016 has the same number",
         "E10000016,E06000099,2021-22,recoded,Kent")),
    "level not known": (changed("Regional", "Ward"), ("line 3, column 3", "'Ward'", "National")),
    "year not known": (changed("2022,", "22,"), ("line 5, column 1", "'22'", "such as 2023")),
    "kind of year not known": (
        changed("Reporting year", "Calendar year"), ("line 2, column 2", "'Calendar year'")),
    "thousands": (synthetic(section_47='"1,070"').encode(), ("line 4", "'1,070'")),
    "symbol not known": (
        synthetic(section_47="~").encode(),
        ("line 4, column 12 ('Section47')", "'~'", "value_markers.csv")),
    "minus": (synthetic(section_47="-3").encode(), ("line 4, column 12", "'-3'")),
    "wrong file": (b"name,age\nA,3\n", ("columns name, age", "match no known table", "c4")),
    "empty": (b"", ("the file is empty",)),
    "header only": (C4.encode() + b"\n", ("no rows below the header",)),
    "empty line": (changed("\n2022,", "\n\n2022,"), ("line 5",)),
    "not UTF-8": (
        synthetic().replace("Kent", "K\xe9nt").encode("latin-1"),
        ("line 4", "byte 0xe9", "expected UTF-8")),
    "workbook": (b"PK\x03\x04 and so on", ("found a workbook", "CSV")),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_and_says_what_to_do(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, expected = BAD[case]
    path = write(tmp_path, content, "given.xlsx" if case == "workbook" else "given.csv")
    output = tmp_path / "output"
    assert official_commands.main(["load", str(path), "--output", str(output)]) == 1
    message = capsys.readouterr().err
    assert path.name in message
    for words in expected:
        assert words in message
    assert "Nothing was written." in message
    assert "Traceback" not in message
    assert not output.exists()


def test_a_group_of_rows_that_is_new_is_refused(tmp_path: Path) -> None:
    header = f"{IDENTITY},population_type,population_estimate,children_count,rate_per_10000"
    row = f"2025,{ENGLAND},Children looked after at any time,9,9,9"
    with pytest.raises(OfficialFileError) as error:
        read(write(tmp_path, f"{header}\n{row}\n"))
    assert "line 2, column 11" in str(error.value)
    assert "'Children looked after on 31 March each year'" in str(error.value)
    assert "looked_after,children_count,Children looked after at any time," in str(error.value)


def test_of_two_tables_alike_the_renamed_header_tells(tmp_path: Path) -> None:
    """D2 and D4 differ by one header alone: starting or at 31 March."""
    names = ",".join(
        f"{c}_{w}"
        for w in ("Initial", "Latest")
        for c in ("Neglect", "Physical", "Sexual", "Emotional", "Multiple")
    )
    row = f"2024,{ENGLAND},SYNTHETIC,9,{','.join('9' * 10)}"
    tables = {
        first: read_file(
            write(tmp_path, f"{IDENTITY},category,{first},{names}\n{row}\n"), KNOWN
        ).table.name
        for first in ("CPP_start", "CPP_At31")
    }
    assert tables == {"CPP_start": "d2", "CPP_At31": "d4"}
    with pytest.raises(OfficialFileError, match="nearest known is 'CPP_At31'"):
        read(write(tmp_path, f"{IDENTITY},category,CPP_At31March,{names}\n{row}\n"))


def test_a_table_that_cannot_be_read_leaves_the_others_unwritten(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    write(files, synthetic())
    write(files, b"", "other.csv")
    with pytest.raises(OfficialFileError, match=r"other\.csv"):
        official_commands.load(files, tmp_path / "output")
    assert not (tmp_path / "output").exists()


def test_the_same_table_twice_is_refused(tmp_path: Path) -> None:
    write(tmp_path, synthetic())
    write(tmp_path, synthetic(), "copy of it.csv")
    with pytest.raises(OfficialFileError, match="both hold table c4"):
        official_commands.load(tmp_path, tmp_path / "output")


def test_a_newer_release_stands_beside_the_older_one(tmp_path: Path) -> None:
    output = tmp_path / "output"
    for years, count in (((2023, 2022), "70"), ((2024, 2023, 2022), "71"), ((2023, 2022), "72")):
        official_commands.load(write(tmp_path, synthetic(years, count)), output)
    found = duckdb.sql(
        f"""
        select release_id, financial_year, value from read_parquet('{output / STATISTICS}')
        where area_code = 'E10000016' and measure_id = 'section_47_enquiries' and unit = 'count'
        order by all
        """
    ).fetchall()
    assert [(release[-4:], year, int(value)) for release, year, value in found] == [
        ("2023", "2021-22", 72),
        ("2023", "2022-23", 72),
        ("2024", "2021-22", 71),
        ("2024", "2022-23", 71),
        ("2024", "2023-24", 71),
    ]
    with (output / RELEASES).open(encoding="utf-8") as file:
        releases = {row["release_id"]: row for row in csv.DictReader(file)}
    assert releases["dfe-children-in-need-2024"]["population_release_id"] == (
        "ons-mid-year-estimates-2023"
    )
    assert releases["dfe-children-in-need-2024"]["published_date"] == ""


def test_neighbours_need_the_year_of_their_model(tmp_path: Path) -> None:
    header = "LA num,LA Name,LA number,GOInd,GOReg," + ",".join(f"SN{n},SNP" for n in range(1, 11))
    numbers = (*range(301, 308), 202, 203, 204)
    row = "886,Kent,886,6,South East," + ",".join(f"{n},Close" for n in numbers)
    content = f"{header},\n{row},\n{',' * 25}\n,Old ones:{',' * 24}\n"
    with pytest.raises(OfficialFileError, match="--release"):
        read(write(tmp_path, content, "neighbours.csv"))
    tidied = read(write(tmp_path, content, "neighbours_april_2021.csv"))
    assert tidied.release_id == "dfe-statistical-neighbours-2021"
    assert [n.rank for n in tidied.neighbours] == [str(n) for n in range(1, 11)]
    assert tidied.neighbours[0].neighbour_code == "E09000002"


# Figures picked by hand out of DfE's files: table, line in the file, column, and where they should
# be found.
PICKED = [
    ("c4", 921, "Section47", "section_47_enquiries", "", "2018-19", "count"),
    ("c4", 921, "ICPC_rate", "initial_child_protection_conferences", "", "2018-19",
     "rate_per_10000"),
    ("c1", 921, "Re_referrals", "re_referrals", "", "2018-19", "count"),
    ("c5", 921, "Housing", "referrals_by_source", "housing", "2018-19", "count"),
    ("c5", 921, "Schools", "referrals_by_source", "schools", "2018-19", "count"),
    ("d2", 921, "Emotional_Initial", "cpp_started", "emotional_abuse", "2018-19", "count"),
    ("d4", 921, "Emotional_Latest", "cpp_at_year_end", "emotional_abuse", "2018-19", "count"),
    ("d5", 921, "2_years_or_more_percent", "cpp_open_2_years", "", "2018-19", "percent"),
    ("d7", 921, "2_years_or_more", "cpp_ended_after_2_years", "", "2018-19", "count"),
]  # fmt: skip
BY_HAND = {
    ("section_47_enquiries", "", "2018-19", "count"): "4317",
    ("re_referrals", "", "2018-19", "count"): "5359",
    ("referrals_by_source", "schools", "2018-19", "count"): "4431",
    ("referrals_by_source", "housing", "2018-19", "count"): "c",
    ("cpp_started", "emotional_abuse", "2018-19", "count"): "351",
    ("cpp_at_year_end", "emotional_abuse", "2018-19", "count"): "274",
    ("cla_at_year_end", "", "2022-23", "count"): "1859",
    ("population_0_to_17", "", "2022-23", "count"): "283487",
    ("uasc_looked_after", "", "2015-16", "count"): "29",
    ("referrals", "", "2023-24", "count"): "u",
}
HAMPSHIRE = "E10000014"


def shared() -> Path:
    if not PUBLISHED.is_dir():
        pytest.skip(f"DfE's files are not at {PUBLISHED}: they are not part of the project")
    return PUBLISHED


@pytest.fixture(scope="module")
def shipped() -> dict[tuple[str, str, str, str, str], str]:
    """Hampshire's shipped figures, or their markers: by table, measure, category, year, unit."""
    rows = duckdb.sql(
        f"""
        select source_table, measure_id, coalesce(category_id, ''), financial_year, unit,
            coalesce(marker, rtrim(rtrim(cast(value as varchar), '0'), '.'))
        from read_parquet('{PROJECT / "seeds" / "official" / STATISTICS}')
        where area_code = '{HAMPSHIRE}'
        """
    ).fetchall()
    return {row[:5]: row[5] for row in rows}


@pytest.mark.parametrize("figure", BY_HAND)
def test_a_figure_picked_by_hand_is_there(
    figure: tuple[str, str, str, str], shipped: dict[tuple[str, str, str, str, str], str]
) -> None:
    found = {value.rstrip(".") for key, value in shipped.items() if key[1:] == figure}
    assert BY_HAND[figure] in found


@pytest.mark.parametrize("picked", PICKED, ids=lambda picked: f"{picked[0]} {picked[2]}")
def test_a_figure_stands_in_its_cell(
    picked: tuple[str, int, str, str, str, str, str],
    shipped: dict[tuple[str, str, str, str, str], str],
) -> None:
    table, line, column, measure, category, year, unit = picked
    path = next(shared().glob(f"{table}_*.csv"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    cells = dict(zip(rows[0], rows[line - 1], strict=True))
    assert cells["new_la_code"] == HAMPSHIRE
    assert shipped[(table, measure, category, year, unit)] == cells[column]


def test_what_is_shipped_is_what_the_files_hold(tmp_path: Path) -> None:
    official_commands.load(shared(), tmp_path)
    ours = PROJECT / "seeds" / "official"
    for name in (NEIGHBOURS, FILES, RELEASES):
        assert (tmp_path / name).read_text("utf-8") == (ours / name).read_text("utf-8"), name
    both = [f"select * from read_parquet('{folder / STATISTICS}')" for folder in (tmp_path, ours)]
    for one, other in (both, both[::-1]):
        assert duckdb.sql(f"({one}) except all ({other})").fetchall() == []


def test_every_column_of_the_files_is_known() -> None:
    """A header is mapped once, and every figure's column and group is one of a known table."""
    for table in KNOWN.tables.values():
        for meaning in table.meanings:
            assert meaning.canonical_name in table.newest.headers_of, (table.name, meaning)
    files = [read_file(path, KNOWN) for path in sorted(shared().glob("*.csv"))]
    assert {file.table.name for file in files} == set(KNOWN.tables)

"""That each rule of the open data screener finds what breaks it, and nothing else."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from safeguarding.exports.open_data_rules import meta_file_of
from support.open_data_screener import STAGES, faults, main, read_pair

RULES = {rule.__name__: rule for rule in chain.from_iterable(STAGES)}
DATA = """\
time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,\
old_la_code,new_la_code,la_name,source,referral_count,referral_percent
202122,Financial year,Local authority,E92000001,England,E12000008,South East,850,E10000014,\
Hampshire,Total,20,z
202122,Financial year,Local authority,E92000001,England,E12000008,South East,850,E10000014,\
Hampshire,Police,5,25.00
202223,Financial year,Local authority,E92000001,England,E12000009,South West,801,E06000023,\
"Bristol, City of",Total,30,z
202223,Financial year,Local authority,E92000001,England,E12000009,South West,801,E06000023,\
"Bristol, City of",Police,c,c
"""
META = """\
col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,\
filter_grouping_column
source,Filter,Source of referral,,,,Filter by source,
referral_count,Indicator,Number of referrals,,,0,,
referral_percent,Indicator,Percentage of referrals,,%,2,,
"""

# The rule that must find it, the file that is changed, what is changed in it, and to what.
BROKEN = [
    ("encoding", "data", "time_period", "\N{ZERO WIDTH NO-BREAK SPACE}time_period"),
    ("encoding", "meta", "col_name", "\N{ZERO WIDTH NO-BREAK SPACE}col_name"),
    ("cells_of_rows", "data", '"Bristol, City of"', "Bristol, City of"),
    ("cells_of_rows", "meta", "Number of referrals", "Number, of referrals"),
    ("cells_of_rows", "data", "Police,5,", "Police,"),
    ("mandatory_columns", "data", "region_code", "area_code"),
    ("mandatory_columns", "data", DATA.partition("\n")[2], ""),
    ("metadata_columns", "meta", "indicator_dp", "decimals"),
    ("metadata_columns", "meta", "filter_hint", "hint"),
    ("column_names", "data", "referral_percent", "Referral percent"),
    ("column_names", "data", "referral_percent", "2_referral_percent"),
    ("column_names", "data", "referral_percent", "referral_count"),
    ("column_names", "data", "referral_percent", "referral_percent" * 4),
    ("data_matches_metadata", "data", "referral_percent", "referral_share"),
    ("data_matches_metadata", "meta", "referral_percent", "referral_count"),
    ("data_matches_metadata", "meta", "source,Filter", "la_name,Filter"),
    (
        "data_matches_metadata",
        "meta",
        "source,Filter,Source of referral,,,,Filter by source,\n",
        "",
    ),
    ("column_types", "meta", "source,Filter", "source,Breakdown"),
    ("column_types", "meta", "Indicator", "Filter"),
    ("labels", "meta", "Number of referrals", ""),
    ("labels", "meta", "Number of referrals", "Percentage of referrals"),
    ("labels", "meta", "Number of referrals", "Number of referrals" * 5),
    ("metadata_of_filters", "meta", "Source of referral,,,", "Source of referral,,%,"),
    ("metadata_of_filters", "meta", "Filter by source,", "Filter by source,source_group"),
    ("metadata_of_filters", "both", "source,", "school,"),
    ("metadata_of_indicators", "meta", "%", "percent"),
    ("metadata_of_indicators", "meta", "%,2", "%,"),
    ("metadata_of_indicators", "meta", "%,2", "%,-1"),
    ("metadata_of_indicators", "meta", "%,2,", "%,2,Filter by"),
    ("metadata_of_indicators", "both", "referral_percent", "male_percent"),
    ("time_periods", "data", "202122", "202124"),
    ("time_periods", "data", "202122", "2022"),
    ("time_periods", "data", "202122", "2021-22"),
    ("time_periods", "data", "Financial year,", "Fiscal year,"),
    ("time_periods", "data", "202223,Financial year,", "202223,Financial year Q1,"),
    ("time_periods", "data", "202223,Financial year,", "2022,Calendar year,"),
    ("geography", "data", "Local authority", "Council"),
    ("geography", "data", "850,", ","),
    ("geography", "data", "E12000008,South East", ","),
    ("geography", "data", "Local authority", "Regional"),
    ("places", "data", "Hampshire,Police", "Hants,Police"),
    ("places", "data", "850,E10000014,Hampshire,Police", "851,E10000014,Hampshire,Police"),
    ("places", "data", "Hampshire", "Total"),
    ("places", "data", "E10000014", "E10000014" * 4),
    ("filter_items", "data", "Police", "Total"),
    ("filter_items", "data", "Police", ""),
    ("filter_items", "data", "Police", "Police "),
    ("filter_items", "data", "Police", "Police" * 21),
    ("filter_defaults", "data", "Total", "All"),
    ("duplicate_rows", "data", "Hampshire,Police", "Hampshire,Total"),
    ("indicator_values", "data", "25.00", ""),
    ("indicator_values", "data", "25.00", "25%"),
    ("indicator_values", "data", "20,z", '"2,000",z'),
    ("indicator_values", "data", "25.00", "*"),
    ("null_words", "data", "25.00", "NA"),
    ("null_words", "data", "Police", ".."),
    ("null_words", "meta", "Filter by source", "N/A"),
]

QUARTER = "2223,Financial year Q1,"
DEFAULT = ("Filter by source,,", "Filter by source,,Other")
HAMPSHIRE = "Local authority,E92000001,England,E12000008,South East,850,E10000014,Hampshire"

# Other ways to keep the standard: what is changed in both files.
KEPT = [
    [],
    [(HAMPSHIRE, "National,E92000001,England,,,,,")],
    [(HAMPSHIRE, "Regional,E92000001,England,E12000008,South East,,,")],
    [("2122,Financial year", "2122,Financial year Q4"), ("2223,Financial year,", QUARTER)],
    [("202122,Financial year", "2022,Reporting year"), ("202223,Financial", "2023,Reporting")],
    [("202122", "199900")],
    [("25.00", "-25")],
    [("25.00", "low")],
    [("Total", "Other"), ("column\n", "column,filter_default\n"), (",\n", ",,\n"), DEFAULT],
    [("Financial year,", "Tax year,")],
]


def write_pair(folder: Path, data: str, meta: str) -> Path:
    data_file = folder / "figures.csv"
    data_file.write_text(data, encoding="utf-8")
    meta_file_of(data_file).write_text(meta, encoding="utf-8")
    return data_file


@pytest.mark.parametrize(("rule", "file", "old", "new"), BROKEN)
def test_rule_finds_a_broken_file(rule: str, file: str, old: str, new: str, tmp_path: Path) -> None:
    assert old in (META if file == "meta" else DATA)
    data = DATA if file == "meta" else DATA.replace(old, new)
    meta = META if file == "data" else META.replace(old, new)
    data_file = write_pair(tmp_path, data, meta)
    assert list(RULES[rule](read_pair(data_file)))
    assert any(f"figures.csv: {rule}: " in fault for fault in faults(data_file))


@pytest.mark.parametrize("changes", KEPT)
def test_no_rule_fires_without_cause(changes: list[tuple[str, str]], tmp_path: Path) -> None:
    data, meta = DATA, META
    for old, new in changes:
        assert old in data + meta
        data, meta = data.replace(old, new), meta.replace(old, new)
    pair = read_pair(write_pair(tmp_path, data, meta))
    assert {name: found for name, rule in RULES.items() if (found := list(rule(pair)))} == {}
    assert faults(pair.data_file) == []


def test_every_rule_is_seen_to_fire() -> None:
    assert {rule for rule, *_ in BROKEN} | {"file_names"} == set(RULES)


@pytest.mark.parametrize(
    "name", ["Figures.csv", "my figures.csv", "figures&more.csv", "figures.txt"]
)
def test_file_names_that_will_not_do(name: str, tmp_path: Path) -> None:
    data_file = tmp_path / name
    write_pair(tmp_path, DATA, META).rename(data_file)
    (tmp_path / "figures.meta.csv").rename(meta_file_of(data_file))
    assert [fault for fault in faults(data_file) if "file_names" in fault] != []


def test_metadata_must_be_there(tmp_path: Path) -> None:
    data_file = write_pair(tmp_path, DATA, META)
    meta_file_of(data_file).unlink()
    assert faults(data_file) == ["figures.csv: file_names: there is no figures.meta.csv"]


def test_other_encodings_are_found(tmp_path: Path) -> None:
    data_file = write_pair(tmp_path, DATA, META)
    data_file.write_bytes(DATA.replace("Hampshire", "Hampshir\u00e9").encode("cp1252"))
    assert "encoding: the data file is not UTF-8 at byte" in faults(data_file)[0]


def test_an_empty_file_is_a_fault(tmp_path: Path) -> None:
    assert faults(write_pair(tmp_path, "", META)) != []


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data_file = write_pair(tmp_path, DATA, META)
    both = [str(data_file), str(meta_file_of(data_file))]
    assert main(both) == 0
    assert capsys.readouterr().out == "1 files, 0 faults\n"
    write_pair(tmp_path, DATA.replace("25.00", ""), META)
    assert main(both) == 1
    assert "line 3: referral_percent is blank" in capsys.readouterr().out

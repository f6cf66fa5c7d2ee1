"""The workbook of other marts: suppressed figures, several authorities, hostile texts, none."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from safeguarding.exports.workbooks.workbook import write_workbooks
from support.files.marts_copy import copy_marts
from support.files.workbook_figures import (
    FIGURES,
    NUMBER,
    TABLES,
    above,
    expected_figures,
    figures_in,
    read,
    same,
    table_of,
    without_marks,
)

# gptables uses what pandas 4 will remove; the version in use is pinned.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


def test_a_superseded_figure_gets_no_note(tmp_path: Path) -> None:
    connection = copy_marts(
        tmp_path / "altered.duckdb",
        "update marts.fct_quality_findings set explanation = 'About ' || release_id"
        " where check_id = 'sources_below_referrals' and period_id = '2021-22'",
    )
    _, *notes = table_of(read(write_workbooks(connection, tmp_path)[0])["Notes"])
    found = [row[1] for row in notes if "About" in row[1]]
    assert found == ["Hampshire, 2021-22: About hampshire-asr-2022-23"]


def test_markers_are_shown_and_explained(tmp_path: Path) -> None:
    connection = copy_marts(
        tmp_path / "altered.duckdb",
        "alter table marts.fct_section_47_and_assessments add column assessments_marker varchar",
        "update marts.fct_section_47_and_assessments"
        " set assessments = null, assessments_marker = 'c' where period_id = '2021-22'",
    )
    for path in write_workbooks(connection, tmp_path):
        book = read(path)
        found = figures_in(book)
        key = ("Table_2", "Hampshire", "Assessments completed", NUMBER)
        assert found[*key, "2021-22"] == "[c]"
        assert found[*key, "2022-23"] == 22166
        assert any(line.startswith("[c] = Confidential") for line in above(book["Table_2"]))
        assert ["[c]", "Table_2"] in [[row[0], row[2]] for row in table_of(book["Notes"])]


def test_a_marker_without_a_meaning_is_refused(tmp_path: Path) -> None:
    connection = copy_marts(
        tmp_path / "altered.duckdb",
        "alter table marts.fct_uasc add column uasc_arrivals_marker varchar",
        "update marts.fct_uasc set uasc_arrivals = null, uasc_arrivals_marker = 'q'"
        " where period_id = '2022-23 Q1'",
    )
    with pytest.raises(ValueError, match="'q' of uasc_arrivals"):
        write_workbooks(connection, tmp_path)


def test_several_authorities_have_a_block_each(tmp_path: Path) -> None:
    facts = sorted({f"marts.fct_{figure[1]}" for figure in FIGURES})
    connection = copy_marts(
        tmp_path / "altered.duckdb",
        *(
            f"insert into {fact} by name select * replace ('E06000001' as local_authority_code)"
            f" from {fact} where period_id < '2022'"
            for fact in facts
        ),
        "update marts.fct_uasc set uasc_arrivals = 4321 where local_authority_code = 'E06000001'",
    )
    expected = expected_figures(connection)
    assert {key[1] for key in expected} == {"Hampshire", "Hartlepool"}
    for path in write_workbooks(connection, tmp_path):
        book = read(path)
        found = figures_in(book)
        assert not {found[key] for key in found.keys() - expected.keys()} - {"[x]"}
        same({key: found[key] for key in expected}, expected)
        for name in TABLES:
            authorities = [row[0] for row in table_of(book[name])[1:]]
            assert authorities == sorted(authorities), name
            assert len(set(authorities)) == 2, name
        assert "Hampshire and Hartlepool" in book["Table_6"][0][0]


HOSTILE = {
    "individual": "=1+1",
    "education": "@SUM(1+1)",
    "health_services": "+1+1",
    "housing": "-1+1",
    "police": "{=1+1}",
    "other": "[click](https://example.org)",
    "anonymous": "$$note$$ <b>&amp;",
    "unknown": "one\ntwo\x07  three",
}


def test_text_stays_text(tmp_path: Path) -> None:
    connection = copy_marts(
        tmp_path / "altered.duckdb",
        *(
            "update marts.dim_referral_source set referral_source_name ="
            f" '{name}' where referral_source_id = '{key}'"
            for key, name in HOSTILE.items()
        ),
        "update marts.dim_local_authority set local_authority_name = '=HYPERLINK(\"x\")'"
        " where local_authority_code = 'E10000014'",
        "update marts.fct_quality_findings set explanation = '=cmd|calc'"
        " where explanation is not null",
        "update marts.dim_release set source_url = 'javascript:alert(1)'",
    )
    paths = write_workbooks(connection, tmp_path)
    for path in paths:
        book = read(path)
        rows = table_of(book["Table_1"])[1:]
        labels = {without_marks(row[1]).removeprefix("Referrals by source: ") for row in rows}
        assert {"=1+1", "@SUM(1+1)", "+1+1", "-1+1", "{=1+1}"} <= labels
        assert {"[click] (https://example.org)", "$ $note$ $ <b>&amp;", "one two three"} <= labels
        assert {row[0] for row in rows} == {'=HYPERLINK("x")'}
        assert "=cmd|calc" in {row[6] for row in table_of(book["Findings"])}
    with ZipFile(paths[0]) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "sheet" in name]
    assert not any("<f>" in sheet or "javascript:" in sheet for sheet in sheets)
    with ZipFile(paths[1]) as archive:
        content = archive.read("content.xml").decode()
    assert "table:formula" not in content
    assert 'href="javascript' not in content
    assert set(re.findall(r'href="(.)', content)) == {"#"}


def test_without_revisions_there_is_no_empty_sheet(tmp_path: Path) -> None:
    connection = copy_marts(
        tmp_path / "altered.duckdb", "delete from marts.fct_revisions", "delete from marts.fct_uasc"
    )
    for path in write_workbooks(connection, tmp_path):
        book = read(path)
        assert list(book) == [
            *("Cover", "Contents", "Notes", "Definitions"),
            *TABLES[:5],
            "Findings",
        ]
        assert ["No later release changed a figure."] in book["Cover"]


def test_without_releases_there_is_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="dim_release is empty"):
        write_workbooks(
            copy_marts(tmp_path / "altered.duckdb", "delete from marts.dim_release"), tmp_path
        )
    assert not list(tmp_path.glob("safeguarding.*"))

"""Tables 1 to 7 of the workbook: how to read them, and what they must hold, by SQL of its own."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from python_calamine import CalamineWorkbook

Grid = list[list[Any]]
Book = dict[str, Grid]
Key = tuple[str, str, str, str, str]

NUMBER, PERCENTAGE, RATE = "Number", "Percentage", "Rate per 10,000 children"
OF_ALL, ALL = "Percentage, of all new plans", "Number, all new plans"
# Sheet, fact, column, row label, unit; `{}` in a label stands for the category.
FIGURES = [
    tuple(cell.strip() for cell in line.split("|"))
    for line in f"""
Table_1|contacts_and_referrals|initial_contacts|Initial contacts|{NUMBER}
Table_1|contacts_and_referrals|referrals|Referrals|{NUMBER}
Table_1|referrals_by_source|referrals|Referrals by source: {{}}|{NUMBER}
Table_1|referrals_by_source|published_pct|Referrals by source: {{}}|{PERCENTAGE}
Table_2|section_47_and_assessments|section_47_enquiries|Section 47 enquiries|{NUMBER}
Table_2|section_47_and_assessments|section_47_to_conference_pct
    |Section 47 enquiries going to conference|{PERCENTAGE}
Table_2|section_47_and_assessments|assessments|Assessments completed|{NUMBER}
Table_2|section_47_and_assessments|assessments_in_time_pct
    |Assessments completed in time|{PERCENTAGE}
Table_3|child_protection_plans|plans_at_year_end|Child protection plans at 31 March|{NUMBER}
Table_3|cpp_by_category|plans_started|New child protection plans: {{}}|{NUMBER}
Table_3|cpp_by_category|published_pct|New child protection plans: {{}}|{PERCENTAGE}
Table_3|cpp_by_category|published_rate_per_10000|New child protection plans: {{}}|{RATE}
Table_3|cpp_by_category|calculated_pct|New child protection plans: {{}}|{OF_ALL}
Table_3|cpp_by_category|all_plans_started|New child protection plans|{ALL}
Table_3|child_protection_plans|ended_after_2_years|Plans ended after two years or more|{NUMBER}
Table_3|child_protection_plans|ended_after_2_years_pct
    |Plans ended after two years or more|{PERCENTAGE}
Table_3|child_protection_plans|open_2_years|Plans open for two years or more|{NUMBER}
Table_3|child_protection_plans|open_2_years_pct|Plans open for two years or more|{PERCENTAGE}
Table_3|child_protection_plans|repeat_plans|Second or subsequent plans|{NUMBER}
Table_3|child_protection_plans|repeat_plans_pct|Second or subsequent plans|{PERCENTAGE}
Table_4|children_looked_after|children_looked_after|Children looked after at 31 March|{NUMBER}
Table_5|care_flows|entered_care|Children entering care|{NUMBER}
Table_5|care_flows|left_care|Children leaving care|{NUMBER}
Table_5|care_flows|published_net_change|Net change in children looked after|{NUMBER}
Table_5|care_flows|entered_placed_with_parents
    |Children entering care who were placed with their parents|{NUMBER}
Table_5|care_flows|entered_uasc|Unaccompanied asylum-seeking children entering care|{NUMBER}
Table_6|uasc|uasc_arrivals|Arrivals of unaccompanied asylum-seeking children|{NUMBER}
Table_7|uasc|uasc_care_leavers
    |Care leavers who were unaccompanied asylum-seeking children|{NUMBER}
""".strip()
    .replace("\n    ", "")
    .splitlines()
]
REST = "In no category printed"
CATEGORIES = {"referrals_by_source": "referral_source", "cpp_by_category": "cpp_category"}
ANNUAL = {"Table_1", "Table_2", "Table_3", "Table_4"}
TABLES = [f"Table_{number}" for number in range(1, 8)]
MARK = re.compile(r"\[(?:[a-z]|note \d+)\]")


def read(path: Path) -> Book:
    """All sheets of a file, with a reader that has nothing to do with the writers."""
    book = CalamineWorkbook.from_path(path)
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def table_of(grid: Grid) -> Grid:
    """The table of a sheet, its header first: what is above it stands in column A alone."""
    first = next(number for number, row in enumerate(grid) if len(row) > 1 and row[1] != "")
    return grid[first:]


def above(grid: Grid) -> list[str]:
    return [row[0] for row in grid[: len(grid) - len(table_of(grid))]]


def without_marks(text: str) -> str:
    return MARK.sub("", text).strip()


def figures_in(book: Book) -> dict[Key, Any]:
    """Every figure cell of tables 1 to 7."""
    found: dict[Key, Any] = {}
    for sheet in TABLES:
        header, *rows = table_of(book[sheet])
        for authority, label, unit, _, *cells in rows:
            for period, cell in zip(header[4:], cells, strict=True):
                key = (sheet, authority, without_marks(label), unit, without_marks(period))
                assert key not in found, key
                found[key] = cell
    return found


def expected_figures(connection: duckdb.DuckDBPyConnection) -> dict[Key, Any]:
    """What those cells must hold: DfE's figure where the reports print none."""
    expected = plainly_expected(connection)
    official = dict(labelled(connection, OFFICIAL))
    for key, value in expected.items():
        if value == "[x]" and key[1:] in official:
            expected[key] = official[key[1:]]
    return expected


def plainly_expected(connection: duckdb.DuckDBPyConnection) -> dict[Key, Any]:
    """What the reports print in those cells, by SQL of its own."""
    expected: dict[Key, Any] = {}
    for sheet, fact, column, label, unit in FIGURES:
        siblings = [(each[1], each[2]) for each in FIGURES if each[0] == sheet]
        filled = " union ".join(
            f"select period_id from marts.fct_{other} where {sibling} is not null"
            for other, sibling in siblings
        )
        years = 1000 if sheet == "Table_4" else 5
        category = CATEGORIES.get(fact)
        name = f"{category}_name" if category else "null"
        join = f"inner join marts.dim_{category} using ({category}_id)" if category else ""
        cells = connection.execute(f"""
            with periods as (
                select *, dense_rank() over (order by financial_year desc) as age
                from marts.dim_period where period_id in ({filled})
            )
            select local_authority_name, {name}, period_label, {column}
            from marts.fct_{fact}
            inner join periods using (period_id)
            inner join marts.dim_local_authority using (local_authority_code) {join}
            where age <= {years}
        """).fetchall()
        for authority, category_name, period, value in cells:
            key = (sheet, authority, label.format(category_name), unit, period)
            if category_name != REST or column in {"plans_started", "calculated_pct"}:
                expected[key] = "[x]" if value is None else value
    # Nothing is left over where the categories are complete.
    for authority, period in connection.execute("""
        select distinct local_authority_name, period_label from marts.fct_cpp_by_category
        inner join marts.dim_period using (period_id)
        inner join marts.dim_local_authority using (local_authority_code) where is_complete
    """).fetchall():
        for unit in (NUMBER, OF_ALL):
            label = f"New child protection plans: {REST}"
            expected["Table_3", authority, label, unit, period] = "[z]"
    # The table of plans ends a year before the others' does: the latest year is there all the same.
    ((latest,),) = connection.execute(
        "select max(financial_year) from marts.dim_release"
    ).fetchall()
    for sheet, authority, label, unit, _ in list(expected):
        if sheet in ANNUAL:
            expected.setdefault((sheet, authority, label, unit, latest), "[x]")
    return expected


# Authority, label, unit and period, and then something of each figure.
LABELLED = """
    select
        local_authority_name,
        measure_name || coalesce(': ' || referral_source_name, ': ' || cpp_category_name, ''),
        {unit},
        period_label,
        {told}
    from {source}
    inner join marts.dim_measure using (measure_id)
    inner join marts.dim_period using (period_id)
    inner join marts.dim_local_authority using (local_authority_code)
    left join marts.dim_referral_source on category_id = referral_source_id
    left join marts.dim_cpp_category on category_id = cpp_category_id
"""
UNIT_NAMES = (
    f"case unit when 'count' then '{NUMBER}' when 'percent' then '{PERCENTAGE}' else '{RATE}' end"
)
OFFICIAL = LABELLED.format(
    unit=UNIT_NAMES,
    told="if(unit = 'count' or official_value * 10 <> trunc(official_value * 10),"
    " official_value, round(official_value, 1))",
    source="(from marts.fct_reconciliation where official_value is not null)",
)
SIGN = (
    "case standing when 'disputed' then '*' when 'unreconciled' then '§' when 'incomplete' then '‡'"
    " when 'contradicted' then '†' when 'provisional' then '[p]' end"
)
STANDING = LABELLED.format(
    unit=f"if(is_calculated, if(unit = 'count', '{ALL}', '{OF_ALL}'), {UNIT_NAMES})",
    told=SIGN,
    source="marts.fct_figures",
)
REVISED = LABELLED.format(unit=UNIT_NAMES, told="'[r]'", source="marts.fct_revisions")


def labelled(
    connection: duckdb.DuckDBPyConnection, query: str
) -> list[tuple[tuple[str, str, str, str], Any]]:
    """What a query tells of each figure; a percentage of DfE's is one of all plans as well."""
    found = []
    for authority, label, unit, period, told in connection.execute(query).fetchall():
        units = [unit]
        if query == OFFICIAL:
            units += {NUMBER: [ALL], PERCENTAGE: [OF_ALL]}.get(unit, [])
        found += [((authority, label, each, period), told) for each in units]
    return found


def expected_signs(connection: duckdb.DuckDBPyConnection) -> dict[Key, str]:
    """What stands before the figures, by SQL of its own."""
    official = dict(labelled(connection, OFFICIAL))
    standings = dict(labelled(connection, STANDING))
    revised = dict(labelled(connection, REVISED))
    printed = plainly_expected(connection)
    signs = {}
    for key, value in expected_figures(connection).items():
        if printed.get(key, "[x]") == "[x]" and key[1:] in official:
            signs[key] = "DfE"
        elif not isinstance(value, str):
            both = standings.get(key[1:]), revised.get(key[1:])
            signs[key] = " ".join(filter(None, both))
    return {key: sign for key, sign in signs.items() if sign}


def same(found: dict[Key, Any], expected: dict[Key, Any]) -> None:
    assert found.keys() == expected.keys()
    differing = {
        key: (found[key], value)
        for key, value in expected.items()
        if found[key] != (float(value) if isinstance(value, int | Decimal) else value)
    }
    assert not differing

"""What the oracle and the timed script read: the published inputs, the facts, labels.

They are handed whole columns; what is done once for each wording of a label (some hundreds) is
plain Python here, the same for both.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from safeguarding.published.catalogue import exported_tables
from safeguarding.published.facts import PRINTED, TOTAL, Fact, Figure
from safeguarding.warehouse.seed_files import PROJECT

REFERENCE = PROJECT / "seeds" / "reference"
TARGET = Path(os.environ.get("DBT_TARGET_PATH", PROJECT / "target"))
FAMILIES = (
    "contacts_and_referrals", "section_47_and_assessments", "child_protection_plans",
    "children_looked_after", "care_flows", "uasc_arrivals", "uasc_care_leavers",
    "headline_figures",
)  # fmt: skip
FIGURE_COLUMNS = (
    "table_id", "release_id", "local_authority_code", "source_table", "source_line", "row_label",
    "period_label", "unit", "value_as_printed",
)  # fmt: skip
FINDING_COLUMNS = (
    "check_id", "release_id", "local_authority_code", "period_id", "measure_id", "category_id",
    "unit", "source_line", "printed_value", "expected_value", "tolerance",
)  # fmt: skip
FIGURE = ("local_authority_code", "measure_id", "category_id", "period_id", "unit")
# What is computed a second time, and by what its rows are told apart.
KEYS = {
    "fct_observations": ("release_id", "table_id", "source_line", *FIGURE),
    "fct_contacts_and_referrals": ("local_authority_code", "period_id"),
    "fct_referrals_by_source": ("local_authority_code", "period_id", "referral_source_id"),
    "fct_section_47_and_assessments": ("local_authority_code", "period_id"),
    "fct_cpp_by_category": ("local_authority_code", "period_id", "cpp_category_id"),
    "fct_child_protection_plans": ("local_authority_code", "period_id"),
    "fct_children_looked_after": ("local_authority_code", "period_id"),
    "fct_care_flows": ("local_authority_code", "period_id"),
    "fct_uasc": ("local_authority_code", "period_id"),
    "fct_revisions": ("later_release_id", *FIGURE),
    "fct_quality_findings": ("check_id", "release_id", "source_line", *FIGURE),
}
# Texts and keys made of the other columns, and what the reference lists say of a check.
NOT_COMPARED = {
    "observation_id",
    "revision_id",
    "finding_id",
    "message",
    "explanation",
    "severity",
    "difference",
    "is_explained",
    # What the evidence says of figures, official statistics among it.
    "standing",
    "standing_reason",
    "is_preferred",
    "published_pct_base",
    "all_plans_started",
    "all_plans_started_source",
    "all_referrals_with_source",
    "all_referrals_source",
    "is_complete",
    "fct_cpp_by_category.calculated_pct",
    # True only where a council prints the parts of a row: no SYNTHETIC one does.
    "is_part",
    "is_sum_of_parts",
    # Passed through.
    "qualifier",
    "period_as_printed",
    "note",
}
# What the oracle leaves out: what official statistics, or figures of another release, decide.
LEFT_OUT = {
    "fct_quality_findings": "check_id not in ('differs_from_official', 'differs_by_definition',"
    " 'role_not_printed', 'uasc_stock_and_flows', 'sources_against_assessments')"
    " and measure_id not in ('cla_excluding_uasc', 'uasc_share_of_cla')",
    "fct_cpp_by_category": "cpp_category_id <> 'not_printed'",
}
# Of the findings, those of the three dearest checks: what polars is timed on.
DEAREST_CHECKS = ("check_jump", "check_figure_relations", "check_percentage_of_base")
DEAREST = (
    "check_id in ('jump', 'percentage_of_base', 'net_change', 'uasc_entrants_match_arrivals',"
    " 'parts_within_total', 'sources_below_referrals', 'cla_excluding_uasc')"
)
# Changes that a series must have shown before a jump in it can be told (`jump_least_history`).
LEAST_HISTORY = 3
OUTLIER_FACTOR = 4
YEAR = 10  # how far apart the numbers of two years are
MOST_PERIODS = 1_000  # more than any series has
# Parameters of the checks are kept as whole ten-thousandths: sums and comparisons stay exact.
PARAMETER_SCALE = 10_000

WHITE_SPACE = "[\t\n\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
MINUS = "[\u2012\u2013\u2212]"  # a typographer's
NUMBER = "[-\u2012\u2013\u2212]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]+)?%?"
LEADING_ZERO = "-?0[0-9].*"
BLANK_MARKER = "(blank)"

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]+")
_HYPHENS = re.compile("[\u2010-\u2015\u2212]")
_APOSTROPHES = re.compile("[\u2018\u2019]")
_LIST_MARK = re.compile("^([(]?([a-z]|[ivx]+|[0-9]{1,2})[)]|[0-9]{1,2}[.]|[-*\u2022]) ")
_SPACES = re.compile(WHITE_SPACE)
_YEAR = re.compile("([0-9]{4})[-/]([0-9]{2})")
_QUARTER = re.compile("(apr-jun|jul-sep|oct-dec|jan-mar)([0-9]{4})")
_QUARTER_NUMBERS = {"apr-jun": 1, "jul-sep": 2, "oct-dec": 3, "jan-mar": 4}


def conformed_facts() -> dict[str, Fact]:
    """The conformed facts by name, as their models declare them.

    Raises:
        FileNotFoundError: There is no manifest: build first.
    """
    tables = exported_tables(TARGET / "manifest.json")
    return {table.name: table.fact for table in tables if table.fact}


def columns_of(table: str) -> list[str]:
    """Columns of a mart that are computed a second time."""
    (found,) = (each for each in exported_tables(TARGET / "manifest.json") if each.name == table)
    names = [column.name for column in found.columns]
    return [name for name in names if not {name, f"{table}.{name}"} & NOT_COMPARED]


def from_releases(fact: Fact) -> list[Figure]:
    """The figures of a fact that releases print, and the sums over their categories."""
    return [figure for figure in fact.figures if figure.derived in {PRINTED, TOTAL}]


def share_of_all(fact: Fact) -> str:
    """The column of counts whose share of the period's sum is `calculated_pct`."""
    return next(figure.column for figure in from_releases(fact) if figure.unit == "count")


def label_key(label: str) -> str:
    """A label's key: lower case, single spaces, plain hyphens and apostrophes."""
    visible = _APOSTROPHES.sub("'", _HYPHENS.sub("-", _INVISIBLE.sub("", label)))
    return _SPACES.sub(" ", visible).lower().strip(" ")


def row_label_key(label: str) -> str:
    """A row label's key: without the mark that makes it an item of a list."""
    return _LIST_MARK.sub("", label_key(label))


def period_id(label: str) -> str | None:
    """`2022-23` or `2022-23 Q1` of a label such as `2022/23` or `Apr-Jun 2022`; None if neither."""
    key = _SPACES.sub("", label).lower()
    if year := _YEAR.fullmatch(key):
        start = int(year[1])
        return _financial_year(start) if (start + 1) % 100 == int(year[2]) else None
    if quarter := _QUARTER.fullmatch(key):
        number = _QUARTER_NUMBERS[quarter[1]]
        return f"{_financial_year(int(quarter[2]) - (number == 4))} Q{number}"  # noqa: PLR2004
    return None


def period_number(period: str) -> int:
    """A number that sorts years and the quarters of each: 20224 for the last of 2022-23."""
    return YEAR * int(period[:4]) + (int(period[9]) if len(period) > len("2022-23") else 0)


def _financial_year(start: int) -> str:
    return f"{start}-{str(start + 1)[2:]}"

"""What the twins read and compute: the published inputs, the facts, and how a label is read.

A twin is handed whole columns; what is done once for each wording of a label (some hundreds) is
plain Python here, the same for both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from safeguarding.warehouse.seed_files import PROJECT

REFERENCE = PROJECT / "seeds" / "reference"
FAMILIES = (
    "contacts_and_referrals",
    "section_47_and_assessments",
    "child_protection_plans",
    "children_looked_after",
    "care_flows",
    "uasc_arrivals",
    "uasc_care_leavers",
    "headline_figures",
)
FIGURE_COLUMNS = (
    "table_id",
    "release_id",
    "local_authority_code",
    "source_table",
    "source_line",
    "row_label",
    "period_label",
    "unit",
    "value_as_printed",
)
FINDING_COLUMNS = (
    "check_id",
    "release_id",
    "local_authority_code",
    "period_id",
    "measure_id",
    "category_id",
    "unit",
    "source_line",
    "printed_value",
    "expected_value",
    "tolerance",
)
# Changes that a series must have shown before a jump in it can be told (`jump_least_history`).
LEAST_HISTORY = 3
OUTLIER_FACTOR = 4
MOST_PERIODS = 1_000  # more than any series has
# Parameters of the checks are kept as whole ten-thousandths: sums and comparisons stay exact.
PARAMETER_SCALE = 10_000

WHITE_SPACE = "[\t\n\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
MINUS = "[\u2012\u2013\u2212]"  # a typographer's
NUMBER = "[-\u2012\u2013\u2212]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]+)?%?"
LEADING_ZERO = "-?0[0-9].*"
UNIT_WORDS = {"percent": " per cent", "rate_per_10000": " per 10,000"}
BLANK_MARKER = "(blank)"

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]+")
_HYPHENS = re.compile("[\u2010-\u2015\u2212]")
_APOSTROPHES = re.compile("[\u2018\u2019]")
_LIST_MARK = re.compile("^([(]?([a-z]|[ivx]+|[0-9]{1,2})[)]|[0-9]{1,2}[.]|[-*\u2022]) ")
_SPACES = re.compile(WHITE_SPACE)
_YEAR = re.compile("([0-9]{4})[-/]([0-9]{2})")
_QUARTER = re.compile("(apr-jun|jul-sep|oct-dec|jan-mar)([0-9]{4})")
_QUARTER_NUMBERS = {"apr-jun": 1, "jul-sep": 2, "oct-dec": 3, "jan-mar": 4}


@dataclass(frozen=True)
class Column:
    """A column of a conformed fact.

    Attributes:
        name: Its name.
        measure_id: The measure it holds.
        unit: The unit it holds the measure in; `count` columns are whole numbers.
        is_sum: Whether it adds the categories up; otherwise a row has one figure.
    """

    name: str
    measure_id: str
    unit: str = "count"
    is_sum: bool = False


@dataclass(frozen=True)
class Fact:
    """A conformed fact: one row for each authority, period and, where named, category.

    Attributes:
        columns: Its published figures.
        category: Name of the category's column; blank where the grain has none.
        share_of_all: The column whose share of the period's sum is `calculated_pct`.
    """

    columns: tuple[Column, ...]
    category: str = ""
    share_of_all: str = ""

    @property
    def measures(self) -> list[str]:
        """The measures whose figures make rows of the fact."""
        return sorted({column.measure_id for column in self.columns})


FACTS = {
    "fct_contacts_and_referrals": Fact(
        (
            Column("initial_contacts", "initial_contacts"),
            Column("referrals", "referrals"),
            Column("referrals_with_source", "referrals_by_source", is_sum=True),
        )
    ),
    "fct_referrals_by_source": Fact(
        (
            Column("referrals", "referrals_by_source"),
            Column("published_pct", "referrals_by_source", "percent"),
        ),
        category="referral_source_id",
        share_of_all="referrals",
    ),
    "fct_section_47_and_assessments": Fact(
        (
            Column("section_47_enquiries", "section_47_enquiries"),
            Column("section_47_to_conference_pct", "section_47_to_conference", "percent"),
            Column("assessments", "assessments"),
            Column("assessments_in_time_pct", "assessments_in_time", "percent"),
        )
    ),
    "fct_cpp_by_category": Fact(
        (
            Column("plans_started", "cpp_started"),
            Column("published_pct", "cpp_started", "percent"),
            Column("published_rate_per_10000", "cpp_started", "rate_per_10000"),
        ),
        category="cpp_category_id",
        share_of_all="plans_started",
    ),
    "fct_child_protection_plans": Fact(
        (
            Column("plans_at_year_end", "cpp_at_year_end"),
            Column("ended_after_2_years", "cpp_ended_after_2_years"),
            Column("ended_after_2_years_pct", "cpp_ended_after_2_years", "percent"),
            Column("open_2_years", "cpp_open_2_years"),
            Column("open_2_years_pct", "cpp_open_2_years", "percent"),
            Column("repeat_plans", "cpp_repeat"),
            Column("repeat_plans_pct", "cpp_repeat", "percent"),
        )
    ),
    "fct_children_looked_after": Fact((Column("children_looked_after", "cla_at_year_end"),)),
    "fct_care_flows": Fact(
        (
            Column("entered_care", "care_entered"),
            Column("left_care", "care_left"),
            Column("published_net_change", "care_net_change"),
            Column("entered_uasc", "care_entered_uasc"),
            Column("entered_placed_with_parents", "care_entered_placed_with_parents"),
        )
    ),
    "fct_uasc": Fact(
        (
            Column("uasc_arrivals", "uasc_arrivals"),
            Column("uasc_care_leavers", "uasc_care_leavers"),
        )
    ),
}


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
    """A number that rises by 4 from year to year and by 1 from quarter to quarter."""
    return 4 * int(period[:4]) + (int(period[9]) if len(period) > len("2022-23") else 0)


def spoken(number: float) -> str:
    """Hundredths as a reader expects the number in a message: `1,234.5`."""
    return f"{number / 100:,.2f}".rstrip("0").rstrip(".")


def _financial_year(start: int) -> str:
    return f"{start}-{str(start + 1)[2:]}"

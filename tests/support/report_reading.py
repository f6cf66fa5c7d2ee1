"""The report's pages and its document, read back as a reader sees them."""

from __future__ import annotations

import copy
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path

import docx
import duckdb
from lxml import html

AUTHORITY = "E10000014"
YEARS = ["2021-22", "2022-23"]
NUMBER = r"-?[\d,]+(?:\.\d+)?"
PERIOD = r"(?:\d{4}-\d{2}|[A-Z][a-z]{2}-[A-Z][a-z]{2} \d{4})"
# What stands before a sentence on a change, on later information or on the largest changes.
LATER = re.compile(
    r"^(?:Later information \(after \d{4}-\d{2}\)|Largest (?:rise|fall) on the year"
    r"|Largest change since \d{4}-\d{2}): "
)
Rows = list[list[str]]
UNITS = {
    "count": "Number",
    "percent": "Percentage",
    "rate_per_10000": "Rate per 10,000 children",
    "count, calculated": "Number, all new plans",
    "percent, calculated": "Percentage, of all new plans",
}
Figures = dict[tuple[str, str, str], Decimal | None]  # by measure, unit and period, as they read


def as_read(element: html.HtmlElement) -> str:
    """The text of an element, in one line."""
    return " ".join(element.text_content().split())


def cell(text: str) -> html.HtmlElement:
    """A cell that is not on the page."""
    return html.fragment_fromstring(text, create_parent="td")


def of_cell(element: html.HtmlElement, *, as_shown: bool) -> str:
    """The text of a cell or sentence, without its signs and notes."""
    seen = copy.deepcopy(element)
    for each in seen.xpath(".//*[@class='tip' or @class='sign' or @class='unseen']"):
        each.drop_tree()
    for each in () if as_shown else seen.xpath(".//data"):
        each.text = f"{Decimal(each.get('value')):,f}" + ("%" if each.text.endswith("%") else "")
    return as_read(seen)


def tenth(value: Decimal | None) -> Decimal | None:
    """A share or rate as readers see it: with one decimal place, or two below 1."""
    if value is None or 0 < abs(value) < 1:
        return value
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


class Pages:
    """The pages of one report, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages = {
            path.stem: html.fromstring(path.read_bytes()) for path in sorted(folder.glob("*.html"))
        }

    def captions(self) -> list[html.HtmlElement]:
        return [each for page in self.pages.values() for each in page.xpath("//caption[@id]")]

    @cached_property
    def tables(self) -> dict[str, Rows]:
        """Each table by its name, headings first, as it is seen."""
        return {
            each.get("id").removesuffix("-caption"): self.rows(each.getparent())
            for each in self.captions()
        }

    @staticmethod
    def lines(table: html.HtmlElement) -> list[list[html.HtmlElement]]:
        """The cells of each row, headings first; of counts and shares in pairs, a row for each."""
        rows = [row.xpath("./th|./td") for row in table.xpath(".//tr")]
        if "paired" not in table.get("class", "").split():
            return rows
        (first, *periods), _, *body = rows
        found = [[first, cell("Unit"), *periods]]
        for label, *cells in body:
            (of,) = [as_read(each) for each in label.xpath(".//*[@class='of']")] or [""]
            name = copy.deepcopy(label)
            for each in name.xpath(".//*[@class='of']"):
                each.drop_tree()
            for base, own in (("Number", cells[::2]), ("Percentage", cells[1::2])):
                if any(as_read(each) for each in own):
                    unit = of if of[:1].isupper() else ", ".join(filter(None, (base, of)))
                    found.append([name, cell(unit), *own])
        return found

    @classmethod
    def rows(cls, table: html.HtmlElement, *, as_shown: bool = False) -> Rows:
        """What stands in the cells: numbers with all their decimal places, or as they are shown."""
        return [[of_cell(each, as_shown=as_shown) for each in row] for row in cls.lines(table)]

    def sentences(self, *names: str, as_shown: bool = False) -> list[str]:
        """Sentences of some pages, or of all."""
        return [
            of_cell(each, as_shown=as_shown)
            for name in names or self.pages
            for each in self.pages[name].xpath("//p[@class='lead']|//*[@class='points']/li")
        ]

    def descriptions(self) -> dict[str, str]:
        """What stands for each chart, by its id."""
        return {
            each.get("id"): as_read(each)
            for page in self.pages.values()
            for each in page.xpath("//p[contains(@id, '-chart-description')]")
        }

    def document(self) -> docx.document.Document:
        (path,) = self.folder.glob("*.docx")
        return docx.Document(str(path))


def number(text: str) -> Decimal | None:
    """What a cell says; None for shorthand."""
    if text.startswith("["):
        return None
    return Decimal(text.replace(",", "").replace("\N{MINUS SIGN}", "-").replace("+", ""))


def figures_of(marts: duckdb.DuckDBPyConnection) -> Figures:
    """Every figure of the conformed facts, by its names."""
    rows = marts.execute(
        """
        with figures as (
            select local_authority_code, measure_id, category_id, unit, is_calculated, period_id,
                value
            from marts.fct_figures
            union all
            select local_authority_code, measure_id, category_id, unit, false, financial_year,
                sum(value)
            from marts.fct_figures
            inner join marts.dim_period using (period_id)
            inner join marts.dim_measure using (measure_id)
            where period_type = 'quarter' and dim_measure.measure_kind = 'flow' and unit = 'count'
                and not is_calculated
            group by all
            having count(value) = 4
            union all
            select local_authority_code, 'cpp_started', cpp_category_id, unit, unit = 'percent',
                period_id, if(unit = 'count', plans_started, calculated_pct)
            from marts.fct_cpp_by_category, (values ('count'), ('percent')) as units (unit)
            where cpp_category_id = 'not_printed'
        )
        select
            measure_name || coalesce(
                ': ' || referral_source_name, ': ' || cpp_category_name, ''
            ),
            unit || case
                when is_calculated and (unit = 'percent' or category_id is null) then ', calculated'
                else ''
            end,
            period_label,
            value
        from figures
        inner join marts.dim_measure using (measure_id)
        inner join marts.dim_period using (period_id)
        left join marts.dim_referral_source on category_id = referral_source_id
        left join marts.dim_cpp_category on category_id = cpp_category_id
        where local_authority_code = $authority
        """,
        {"authority": AUTHORITY},
    ).fetchall()
    return {
        (label, UNITS[unit], period): value for label, unit, period, value in rows if unit in UNITS
    }

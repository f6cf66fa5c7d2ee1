"""SYNTHETIC releases of a small council: invented figures that keep every sum.

The labels and lines are those of the real reports, so that the same build reads them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from conftest import Seeds
from safeguarding.warehouse.compiled_project import Row

COUNCIL = "E06000017"
POPULATION = 8000
MODEL = "hampshire-asr-2021-22"
PUBLISHED, DRAFT, FINAL = "SYNTHETIC-published", "SYNTHETIC-draft", "SYNTHETIC-final"
MONTHS = {"Apr-Jun": 1, "Jul-Sep": 2, "Oct-Dec": 3, "Jan-Mar": 4}
TABLES = (
    "contacts_and_referrals",
    "section_47_and_assessments",
    "child_protection_plans",
    "children_looked_after",
    "care_flows",
    "uasc_arrivals",
    "uasc_care_leavers",
)
SOURCES = [
    "individual",
    "education",
    "health_services",
    "housing",
    "local_authority_services",
    "police",
    "other_legal_agency",
    "other",
    "anonymous",
    "unknown",
    "not_recorded",
]
CATEGORIES = ["neglect", "physical_abuse", "sexual_abuse", "emotional_abuse"]
Key = tuple[str, str, str, str]  # measure, category, period, unit
Figures = dict[Key, Decimal]


def share(part: int, whole: int, per: int = 100, decimals: str = "0.01") -> Decimal:
    """A share as a report prints it: rounded half up."""
    exact = Decimal(per * part) / Decimal(whole) if whole else Decimal(0)
    return exact.quantize(Decimal(decimals), ROUND_HALF_UP)


def figures(seed: int) -> Figures:  # noqa: PLR0915
    """Figures of all years: many of them small if `seed` is even, few if it is odd."""
    rng = random.Random(seed)  # noqa: S311
    is_dense = seed % 2 == 0
    flow = (0, 14) if is_dense else (8, 40)
    found: Figures = {}

    def put(
        measure: str, period: str, value: int | Decimal, unit: str = "count", of: str = ""
    ) -> None:
        found[(measure, of, period, unit)] = Decimal(value)

    def small() -> int:
        if is_dense:
            return rng.choice([0, 0, rng.randint(1, 5), rng.randint(1, 5), rng.randint(6, 40)])
        return rng.randint(1, 5) if rng.random() < 0.1 else rng.randint(6, 90)

    years = [f"{year}-{(year + 1) % 100}" for year in range(2014, 2023)]
    looked_after = rng.randint(3, 30) if is_dense else 400
    plans = rng.randint(3, 30)
    put("cla_at_year_end", years[0], looked_after)
    put("cpp_at_year_end", years[0], plans)
    for _, year in pairwise(years):
        for quarter in range(1, 5):
            period = f"{year} Q{quarter}"
            entered = rng.randint(*flow)
            left = min(rng.randint(*flow), looked_after + entered)
            uasc = rng.randint(0, entered)
            put("care_entered", period, entered)
            put("care_left", period, left)
            put("care_net_change", period, entered - left)
            put("care_entered_uasc", period, uasc)
            put("care_entered_placed_with_parents", period, rng.randint(0, entered - uasc))
            put("uasc_arrivals", period, uasc)
            put("uasc_care_leavers", period, small())
            looked_after += entered - left
        put("cla_at_year_end", year, looked_after)
        sources = {source: small() for source in SOURCES}
        with_source = sum(sources.values())
        referrals = with_source + rng.choice([0, 1, rng.randint(2, 30)])
        put("referrals", year, referrals)
        put("initial_contacts", year, referrals + rng.choice([0, rng.randint(1, 50)]))
        for source, count in sources.items():
            put("referrals_by_source", year, count, of=source)
            put("referrals_by_source", year, share(count, with_source), "percent", source)
        enquiries, assessed = rng.randint(2, 60), rng.randint(2, 80)
        put("section_47_enquiries", year, enquiries)
        conferences = rng.randint(0, enquiries)
        put("section_47_to_conference", year, share(conferences, enquiries), "percent")
        put("assessments", year, assessed)
        put("assessments_in_time", year, share(rng.randint(0, assessed), assessed), "percent")
        started = {category: small() for category in CATEGORIES}
        all_started = sum(started.values())
        for category, count in started.items():
            put("cpp_started", year, count, of=category)
            put("cpp_started", year, share(count, all_started), "percent", category)
            rate = share(count, POPULATION, 10000, "0.1")
            put("cpp_started", year, rate, "rate_per_10000", category)
        ended = rng.randint(0, plans + all_started)
        plans += all_started - ended
        put("cpp_at_year_end", year, plans)
        for measure, whole in (
            ("cpp_ended_after_2_years", ended),
            ("cpp_open_2_years", plans),
            ("cpp_repeat", all_started),
        ):
            count = min(whole, small())
            put(measure, year, count)
            put(measure, year, share(count, whole), "percent")
        unaccompanied = rng.randint(0, looked_after)
        put("uasc_looked_after", year, unaccompanied)
        put("cla_excluding_uasc", year, looked_after - unaccompanied)
        put("uasc_share_of_cla", year, share(unaccompanied, looked_after), "percent")
    return found


def add_release(
    seeds: Seeds,
    name: str,
    day: str,
    content: Figures,
    *,
    is_published: bool,
    tables: tuple[str, ...] = TABLES,
    authority: str = COUNCIL,
) -> None:
    """Add a release of the figures, in the tables of the real 2021-22 report."""
    model = next(row for row in seeds["releases"] if row["release_id"] == MODEL)
    seeds["releases"].append(
        {
            **model,
            "release_id": name,
            "published_date": day,
            "is_published": str(is_published).lower(),
        }
    )
    for table in tables:
        seeds[table] += list(_rows(seeds, table, name, content, authority))
    seeds["headline_figures"] += list(_headlines(seeds, name, content, authority))


def _rows(seeds: Seeds, table: str, name: str, content: Figures, authority: str) -> Iterator[Row]:
    measures = {
        (row["row_id"], row["unit"]): (row["measure_id"], row["category_id"] or "")
        for row in seeds["published_rows"]
        if row["table_id"] == table
    }
    labels = {
        _label(row["printed_label"]): row["row_id"]
        for row in seeds["row_label_variants"]
        if row["table_id"] == table
    }
    for row in list(seeds[table]):
        if row["release_id"] == MODEL:
            row_id = labels[_label(row["row_label"])]
            measure, category = measures[(row_id, row["unit"])]
            value = content.get((measure, category, _period(row["period_label"]), row["unit"]))
            if value is not None:
                yield _row(row, name, value, authority)


def _headlines(seeds: Seeds, name: str, content: Figures, authority: str) -> Iterator[Row]:
    model = next(row for row in seeds["headline_figures"] if row["release_id"] == MODEL)
    labels = {
        "uasc_looked_after": "UASC looked after",
        "cla_excluding_uasc": "CLA excluding UASC",
        "uasc_share_of_cla": "UASC share of CLA",
    }
    for (measure, _, period, unit), value in sorted(content.items()):
        if measure in labels and period >= "2019-20":
            yield {
                **_row(model, name, value, authority),
                "row_label": labels[measure],
                "period_label": _label_of(period),
                "period_as_printed": period,
                "unit": unit,
            }


def _row(model: Row, name: str, value: Decimal, authority: str) -> Row:
    return {
        **model,
        "release_id": name,
        "local_authority_code": authority,
        "value_as_printed": str(value),
    }


def _label(text: str) -> str:
    return " ".join(text.lower().split())


def _label_of(period: str) -> str:
    year, _, quarter = period.partition(" Q")
    if not quarter:
        return year
    months = next(name for name, number in MONTHS.items() if number == int(quarter))
    return f"{months} {int(year[:4]) + (quarter == '4')}"


def _period(label: str) -> str:
    months, _, year = label.partition(" ")
    if months not in MONTHS:
        return label
    start = int(year) - (months == "Jan-Mar")
    return f"{start}-{(start + 1) % 100:02d} Q{MONTHS[months]}"

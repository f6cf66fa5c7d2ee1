"""What sentences of the report say that the released database does not allow.

A sentence that states a change, an order or a standing is read, and its figures are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from support.report_reading import AUTHORITY, LATER, NUMBER, PERIOD, tenth

UNSOUND = {"incomplete", "contradicted", "missing"}
SOUND = {"confirmed", "consistent"}
WHEN = r"(?:in|at the end of)"
OFFICIAL = re.compile(r"[;.]? *[Bb]y DfE's official statistics.*?(?:\.(?=\s|$)|$)")
OFFICIAL_CHANGE = re.compile(
    rf"official statistics the figure (?:(?:rose|fell) by .*? to (?P<now>{NUMBER})%?.*?,"
    rf" from (?P<then>{NUMBER})|remained at (?P<same>{NUMBER}))"
)
WITHHELD = re.compile(rf"The change (?:from|since) (?P<before>{PERIOD}) is not shown")
ABSENT = re.compile(rf"there is no figure for (?P<latest>{PERIOD})")
CHANGED = re.compile(
    rf"(?P<way>rose|fell) by {NUMBER}.*? to (?P<now>{NUMBER})%?.*? {WHEN} (?P<latest>{PERIOD}),"
    rf" from (?P<then>{NUMBER})%? {WHEN} (?P<before>{PERIOD})"
)
REMAINED = re.compile(
    rf"remained at (?P<now>{NUMBER})%?.*? {WHEN} (?P<latest>{PERIOD}),"
    rf" unchanged from (?P<before>{PERIOD})"
)
SINCE = re.compile(
    rf"(?:Since (?P<first>{PERIOD}) the figure has .*?, from (?P<then>{NUMBER})%?"
    rf"|The figure is the same as that of (?P<same>{PERIOD}))"
)
LATEST = re.compile(rf"(?P<now>{NUMBER})%?[^;.]*? {WHEN} (?P<latest>{PERIOD})")
WORDS = re.compile(
    rf"the figures? for (?P<periods>{PERIOD}(?:(?:, | and ){PERIOD})*) (?:is|are)"
    r" (?P<word>contradicted|incomplete|unreconciled|provisional|disputed)"
)
RANKED = re.compile(r"the largest (?:rise|fall)s? (?:was|were)|none (?:rose|fell)")
SPAN = re.compile(rf"^From (?P<before>{PERIOD}) to (?P<latest>{PERIOD}) ")
STATED = re.compile(rf"([A-Z][\w ]+?) (?:rose|fell) by ({NUMBER})")
EXTREME = re.compile(rf"(?:highest|lowest) {NUMBER} in {PERIOD}")

YEARLY = """
    select measure_name, periods.financial_year, max(years.position), sum(value),
        if(bool_or(standing = 'unreconciled'), 'unreconciled', 'consistent')
    from marts.fct_figures
    inner join marts.dim_measure using (measure_id)
    inner join marts.dim_period as periods using (period_id)
    inner join (
        select financial_year, row_number() over (order by start_date) as position
        from marts.dim_period where period_type = 'financial_year'
    ) as years on periods.financial_year = years.financial_year
    where local_authority_code = $authority and dim_measure.measure_kind = 'flow'
        and periods.period_type = 'quarter' and not is_calculated and unit = 'count'
    group by all
    having count(value) = 4
"""


@dataclass(frozen=True)
class Figure:
    """A figure of `fct_figures` with the official one of the same definition."""

    label: str
    unit: str
    period: str
    position: int  # of its period in time
    value: Decimal | None
    standing: str
    official: Decimal | None
    is_sum: bool = False  # of four quarters, worked out here


class Evidence:
    """What the released database says of every figure."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.figures = [
            Figure(*row)
            for row in connection.execute(
                """
                with categories as (
                    select referral_source_id as id, referral_source_name as name
                    from marts.dim_referral_source
                    union all
                    select cpp_category_id, cpp_category_name from marts.dim_cpp_category
                ),
                periods as (
                    select *, row_number() over (order by start_date, period_id) as position
                    from marts.dim_period
                ),
                figures as (
                    select * from marts.fct_figures
                    where local_authority_code = $authority
                        and (not is_calculated or (measure_id, category_id)
                            is not distinct from ('cpp_started', null))
                ),
                compared as (
                    select * from marts.fct_reconciliation
                    where local_authority_code = $authority and is_same_definition
                )
                select
                    measure_name || coalesce(': ' || categories.name, ''),
                    coalesce(figures.unit, compared.unit),
                    period_label,
                    position,
                    figures.value,
                    coalesce(standing, 'missing'),
                    official_value
                from figures
                full join compared
                    on figures.period_id = compared.period_id
                    and figures.measure_id = compared.measure_id
                    and figures.category_id is not distinct from compared.category_id
                    and figures.unit = compared.unit
                inner join marts.dim_measure
                    on coalesce(figures.measure_id, compared.measure_id) = dim_measure.measure_id
                inner join periods
                    on coalesce(figures.period_id, compared.period_id) = periods.period_id
                left join categories
                    on coalesce(figures.category_id, compared.category_id) = categories.id
                """,
                {"authority": AUTHORITY},
            ).fetchall()
        ] + [
            Figure(label, "count", year, position, value, standing, None, is_sum=True)
            for label, year, position, value, standing in connection.execute(
                YEARLY, {"authority": AUTHORITY}
            ).fetchall()
        ]
        self.labels = sorted({each.label for each in self.figures}, key=len, reverse=True)

    def subject(self, sentence: str) -> str | None:
        """The measure that a sentence begins with."""
        told = LATER.sub("", sentence)
        return next((each for each in self.labels if told.startswith(each)), None)

    def find(self, label: str, period: str, value: str | None = None) -> Figure | None:
        """The figure of a label and period, in the unit in which it has the value told."""
        told = None if value is None else Decimal(value.replace(",", ""))
        found = [
            each
            for each in self.figures
            if each.label == label
            and each.period == period
            and (told is None or told in {each.value, tenth(each.value)})
        ]
        return found[0] if found else None

    def at(self, figure: Figure, period: str) -> Figure | None:
        """The same thing in another period."""
        found = [
            each
            for each in self.figures
            if (each.label, each.unit, each.period) == (figure.label, figure.unit, period)
        ]
        return found[0] if found else None


def faults(sentences: list[str], evidence: Evidence) -> list[str]:
    """What sentences, in their order, say that the evidence does not allow."""
    found: list[str] = []
    label, latest = None, None
    for sentence in sentences:
        own = OFFICIAL.sub("", sentence)
        is_beside = own != sentence
        found += [f"{why}: {sentence}" for why in of_ranks(own, evidence)]
        label = evidence.subject(sentence) or label
        if label is None:
            continue
        pairs: list[tuple[Figure | None, Figure | None]] = []
        if match := CHANGED.search(own) or REMAINED.search(own):
            said = match.groupdict()
            latest = evidence.find(label, said["latest"], said["now"])
            before = evidence.find(label, said["before"], said.get("then") or said["now"])
            pairs.append((before, latest))
            found += [
                f"{each.period} is unreconciled in part, which is not said: {sentence}"
                for each in (before, latest)
                if each
                and each.is_sum
                and each.standing == "unreconciled"
                and "unreconciled" not in own
            ]
        elif evidence.subject(sentence) and (match := LATEST.search(own)):
            latest = evidence.find(label, match["latest"], match["now"])
        if match := SINCE.search(own):
            period = match["first"] or match["same"]
            pairs.append((evidence.find(label, period, match["then"]), latest))
        for before, after in pairs:
            if before is None or after is None:
                found.append(f"no such figure: {sentence}")
                continue
            found += [f"{why}: {sentence}" for why in of_pair(before, after, is_beside=is_beside)]
            if is_beside:
                found += [f"{why}: {sentence}" for why in of_official(before, after, sentence)]
        if latest and (match := WITHHELD.search(own)):
            before = evidence.at(latest, match["before"])
            if before:
                found += [f"{why}: {sentence}" for why in of_official(before, latest, sentence)]
        if latest and (match := ABSENT.search(own)):
            after = evidence.at(latest, match["latest"])
            if after:
                found += [f"{why}: {sentence}" for why in of_official(latest, after, sentence)]
        found += [f"{why}: {sentence}" for why in of_words(own, label, evidence)]
    return found


def of_official(before: Figure, after: Figure, sentence: str) -> Iterator[str]:
    """An official change that is lacking, or not that of official statistics."""
    if before.official is None or after.official is None:
        return
    match = OFFICIAL_CHANGE.search(sentence)
    if match is None:
        yield "DfE's change is not given"
        return
    told = [match["then"] or match["same"], match["now"] or match["same"]]
    if [Decimal(each.replace(",", "")) for each in told] != [before.official, after.official]:
        yield f"DfE has {before.official} and {after.official}"


def of_pair(before: Figure, after: Figure, *, is_beside: bool) -> Iterator[str]:
    """What keeps a change between two figures from being stated."""
    for each in (before, after):
        if each.standing in UNSOUND:
            yield f"{each.period} is {each.standing}"
        if each.standing == "unreconciled" and not is_beside and not each.is_sum:
            yield f"{each.period} is unreconciled and DfE's change is not given"
    if None in {before.official, after.official, before.value, after.value} or is_beside:
        return
    assert before.official is not None
    assert after.official is not None
    assert before.value is not None
    assert after.value is not None
    if (after.official - before.official) * (after.value - before.value) < 0:
        yield "DfE's change has the opposite sign"


def of_words(own: str, label: str, evidence: Evidence) -> Iterator[str]:
    """Words on standing that the database does not have."""
    for match in WORDS.finditer(own):
        for period in re.findall(PERIOD, match["periods"]):
            standings = {
                each.standing
                for each in evidence.figures
                if each.label == label and each.period == period
            }
            if match["word"] not in standings:
                yield f"{period} is {standings}"


def of_ranks(own: str, evidence: Evidence) -> Iterator[str]:
    """Categories that are ranked, or told beside each other, though some do not stand."""
    span = SPAN.search(own)
    names = (
        [name.removeprefix("and ") for name, _ in STATED.findall(own[span.end() :])] if span else []
    )
    if span and RANKED.search(own):
        first = re.search(r" in ([A-Z][\w ]+?) \(by", own)
        names = [first[1]] if first else []
    for name in names:
        label = next((each for each in evidence.labels if each.endswith(f": {name}")), None)
        if label is None:
            yield f"no category {name}"
            continue
        measure = label.partition(": ")[0]
        for each in evidence.figures:
            is_meant = each.label == label or (
                RANKED.search(own) and each.label.startswith(f"{measure}: ")
            )
            is_then = span is not None and each.period in {span["before"], span["latest"]}
            if is_meant and is_then and each.unit == "count" and each.standing not in SOUND:
                yield f"{each.label} of {each.period} is {each.standing}"


def of_description(text: str, evidence: Evidence) -> Iterator[str]:
    """Series of a chart whose highest or lowest figure is named although not all of it stands."""
    for part in re.split(r"(?<=\.) (?=[A-Z])", text):
        if not EXTREME.search(part):
            continue
        name, _, told = part.partition(": ")
        labels = [each for each in evidence.labels if each == name or each.endswith(f": {name}")]
        ends = re.findall(rf"({NUMBER}) in ({PERIOD})", told)
        series = [
            (label, first.unit, first.position, last.position)
            for label in labels
            if (first := evidence.find(label, ends[0][1], ends[0][0]))
            and (last := evidence.find(label, ends[-1][1], ends[-1][0]))
        ]
        for label, unit, start, end in series[:1]:
            yield from (
                f"{each.label} of {each.period} is {each.standing}: {part}"
                for each in evidence.figures
                if (each.label, each.unit) == (label, unit)
                and start <= each.position <= end
                and each.standing not in SOUND
            )

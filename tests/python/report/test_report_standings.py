"""No sentence of the report says what the warehouse can disprove.

Every sentence of the pages and of the Word document that states a change, an order or a standing is
read, and its figures are looked up in the released database. What is expected of the three worst
sentences is worked out from the reports' lines and DfE's tables named beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import docx
import duckdb
import pytest
from lxml import html

from conftest import PROJECT
from safeguarding.report.pages import quality_statement

AUTHORITY = "E10000014"
YEARS = ["2021-22", "2022-23"]
UNSOUND = {"incomplete", "contradicted", "missing"}
SOUND = {"confirmed", "consistent"}
SIGNS = {"*": "disputed", "§": "unreconciled", "‡": "incomplete", "†": "contradicted",
         "[p]": "provisional"}  # fmt: skip
UNITS = {"Number": "count", "Percentage": "percent", "Rate per 10,000 children": "rate_per_10000"}
PERIOD = r"(?:\d{4}-\d{2}|[A-Z][a-z]{2}-[A-Z][a-z]{2} \d{4})"
NUMBER = r"-?[\d,]+(?:\.\d+)?"
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
        ]
        self.labels = sorted({each.label for each in self.figures}, key=len, reverse=True)

    def subject(self, sentence: str) -> str | None:
        """The measure that a sentence begins with."""
        return next((each for each in self.labels if sentence.startswith(each)), None)

    def find(self, label: str, period: str, value: str | None = None) -> Figure | None:
        """The figure of a label and period, in the unit in which it has the value told."""
        told = None if value is None else Decimal(value.replace(",", ""))
        found = [
            each
            for each in self.figures
            if each.label == label
            and each.period == period
            and (told is None or each.value == told)
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
        if each.standing == "unreconciled" and not is_beside:
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


@pytest.fixture(scope="module", params=YEARS)
def folder(request: pytest.FixtureRequest, report_exports: Path) -> Path:
    return report_exports / "report" / "hampshire" / str(request.param)


@pytest.fixture(scope="module")
def evidence(report_exports: Path) -> Evidence:
    path = report_exports / "safeguarding.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return Evidence(connection)


def of_pages(folder: Path) -> tuple[list[str], list[str]]:
    """Sentences of all pages, and descriptions of their charts."""
    sentences, descriptions = [], []
    for path in sorted(folder.glob("*.html")):
        page = html.fromstring(path.read_bytes())
        for each in page.xpath("//p[@class='lead']|//*[@class='points']/li"):
            sentences.append(" ".join(each.text_content().split()))
        for each in page.xpath("//p[contains(@id, '-chart-description')]"):
            descriptions.append(" ".join(each.text_content().split()))
    return sentences, descriptions


def of_document(folder: Path) -> tuple[list[str], list[str]]:
    """Paragraphs of the Word document, and the texts that stand for its pictures."""
    (path,) = folder.glob("*.docx")
    document = docx.Document(str(path))
    paragraphs = [each.text for each in document.paragraphs if each.text]
    return paragraphs, [each for each in document.element.xpath("//wp:docPr/@descr") if each]


@pytest.mark.parametrize("read", [of_pages, of_document])
def test_no_sentence_crosses_a_figure_that_does_not_stand(
    read: type, folder: Path, evidence: Evidence
) -> None:
    sentences, descriptions = read(folder)
    assert sum(bool(CHANGED.search(each) or SINCE.search(each)) for each in sentences) >= 15
    assert len(descriptions) >= 10
    assert faults(sentences, evidence) == []
    assert [why for each in descriptions for why in of_description(each, evidence)] == []


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        (
            "Second or subsequent plans fell by 11.06 percentage points to 21.80% in 2021-22, from "
            "32.86% in 2020-21.",
            "2020-21 is contradicted",
        ),
        (
            "Second or subsequent plans came to 21.80% in 2021-22; the figure for 2021-22 is "
            "contradicted.",
            "2021-22 is ",
        ),
        (
            "New child protection plans: Emotional abuse rose by 79 (28.1%) to 360 in 2021-22, "
            "from 281 in 2020-21.",
            "2020-21 is incomplete",
        ),
        (
            "From 2020-21 to 2021-22 the largest rises were in Emotional abuse (by 79, 28.1%, to "
            "360) and Neglect (by 28, 3.7%, to 775); none fell.",
            "New child protection plans: Emotional abuse of 2020-21 is incomplete",
        ),
        (
            "Assessments completed rose by 5,264 (33.1%) to 21,188 in 2021-22, from 15,924 in "
            "2020-21.",
            "2020-21 is unreconciled and DfE's change is not given",
        ),
        (
            "Care leavers who were unaccompanied asylum-seeking children rose by 16 (2.9%) to 568 "
            "at the end of Apr-Jun 2023, from 552 at the end of Jan-Mar 2023.",
            "Apr-Jun 2023 is unreconciled and DfE's change is not given",
        ),
    ],
)
def test_the_old_sentences_are_caught(sentence: str, fault: str, evidence: Evidence) -> None:
    found = faults([sentence], evidence)
    assert any(each.startswith(fault) for each in found), found


def test_a_change_since_a_figure_that_does_not_stand_is_caught(evidence: Evidence) -> None:
    told = [
        "Second or subsequent plans fell by 2.10 percentage points to 21.80% in 2021-22, from "
        "23.90% in 2019-20.",
        "Since 2020-21 the figure has fallen by 11.06 percentage points, from 32.86%.",
    ]
    assert faults(told[:1], evidence) == []
    assert [each[:23] for each in faults(told, evidence)] == ["2020-21 is contradicted"]


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        (
            "Second or subsequent plans came to 21.80% in 2021-22. The change from 2020-21 is not "
            "shown because the figure for 2020-21 is contradicted.",
            "DfE's change is not given",
        ),
        (
            "Second or subsequent plans came to 21.80% in 2021-22. The change from 2020-21 is not "
            "shown because the figure for 2020-21 is contradicted. By DfE's official statistics "
            "the figure fell by 3.7 percentage points to 21.8%, from 25.5% in 2020-21.",
            "DfE has 25.40 and 21.80",
        ),
        (
            "Child protection plans at 31 March: there is no figure for 2022-23; the latest that "
            "is shown is 1,022 in 2021-22.",
            "DfE's change is not given",
        ),
    ],
)
def test_an_official_change_must_be_given(sentence: str, fault: str, evidence: Evidence) -> None:
    assert [each.partition(": ")[0] for each in faults([sentence], evidence)] == [fault]


def test_the_opposite_official_change_is_missed(evidence: Evidence) -> None:
    before = replace(
        evidence.figures[0], value=Decimal(5), official=Decimal(9), standing="consistent"
    )
    after = replace(before, value=Decimal(6), official=Decimal(7))
    assert list(of_pair(before, after, is_beside=False)) == ["DfE's change has the opposite sign"]
    assert list(of_pair(before, after, is_beside=True)) == []


def test_the_old_description_is_caught(evidence: Evidence) -> None:
    told = "Assessments completed: 18,496 in 2017-18, lowest 15,924 in 2020-21, 21,188 in 2021-22."
    assert any("2020-21 is unreconciled" in each for each in of_description(told, evidence))
    sound = (
        "Child protection plans at 31 March: 1,293 in 2017-18, lowest 938 in 2019-20, "
        "1,022 in 2021-22."
    )
    assert list(of_description(sound, evidence)) == []


def told_of(folder: Path, page: str, beginning: str) -> str:
    """The one sentence of a page that begins so."""
    element = html.fromstring((folder / f"{page}.html").read_bytes())
    (found,) = [
        text
        for each in element.xpath("//p[@class='lead']|//*[@class='points']/li")
        if (text := " ".join(each.text_content().split())).startswith(beginning)
    ]
    return str(found)


@pytest.fixture(scope="module")
def earlier(report_exports: Path) -> Path:
    return report_exports / "report" / "hampshire" / "2021-22"


def test_second_or_subsequent_plans(earlier: Path) -> None:
    """Line 126 prints 32.86 and 21.80; DfE, table D3: 371 of 1,460 and 303 of 1,388."""
    before = round(Decimal(100 * 371) / 1460, 1)
    now = round(Decimal(100 * 303) / 1388, 1)
    assert told_of(earlier, "child-protection-plans", "Second or subsequent plans") == (
        "Second or subsequent plans came to 21.80% in 2021-22. The change from 2020-21 is not "
        "shown because the figure for 2020-21 is contradicted. By DfE's official statistics the "
        f"figure fell by {before - now} percentage points to {now}%, from {before}% in 2020-21."
    )


def test_plans_by_category(earlier: Path) -> None:
    """DfE, table D2, 2021 and 2022: neglect, physical, sexual and emotional abuse."""
    page = "child-protection-plans"
    assert told_of(earlier, page, "Changes from 2020-21") == (
        "Changes from 2020-21 to 2021-22 are not shown for Physical abuse, Sexual abuse and "
        "Emotional abuse because figures are incomplete, so the others are not ranked."
    )
    neglect, physical, sexual, emotional = (
        (after - before, round(Decimal(100 * abs(after - before)) / before, 1), after)
        for before, after in ((747, 775), (72, 84), (46, 41), (595, 488))
    )
    assert told_of(earlier, page, "By DfE's official statistics, the largest") == (
        "By DfE's official statistics, the largest rises were in "
        f"Neglect (by {neglect[0]}, {neglect[1]}%, to {neglect[2]}) and "
        f"Physical abuse (by {physical[0]}, {physical[1]}%, to {physical[2]}); "
        "the largest falls were in "
        f"Emotional abuse (by {-emotional[0]}, {emotional[1]}%, to {emotional[2]}) and "
        f"Sexual abuse (by {-sexual[0]}, {sexual[1]}%, to {sexual[2]})."
    )


def test_assessments(earlier: Path) -> None:
    """Line 105 prints 15,924 and 21,188; DfE, table C2: 22,008 and 27,661."""
    told = told_of(earlier, "section-47-and-assessments", "Assessments completed rose")
    assert f"rose by {21188 - 15924:,} " in told
    official = round(Decimal(100 * (27661 - 22008)) / 22008, 1)
    assert told.endswith(
        f"by DfE's official statistics the figure rose by {27661 - 22008:,} ({official}%) to "
        "27,661, from 22,008."
    )
    _, descriptions = of_pages(earlier)
    (chart,) = [each for each in descriptions if each.startswith("Assessments completed:")]
    assert "lowest" not in chart
    assert "2020-21 unreconciled" in chart


def test_a_provisional_figure_says_what_a_revision_may_be(report_exports: Path) -> None:
    """April to June 2022: 150 children leaving care, then 154; 148 and 147 a year later."""
    later = report_exports / "report" / "hampshire" / "2022-23"
    told = told_of(later, "children-looked-after", "Children leaving care fell")
    revision = round(Decimal(100 * (154 - 150)) / 150, 2)
    assert f"provisional: such a figure of an earlier report rose by {revision}%" in told
    assert "the only case" in told
    assert 147 * (1 + revision / 100) > 148
    assert told.endswith("as large a revision would turn this fall into a rise.")


def test_signs_of_tables_are_the_standings(folder: Path, evidence: Evidence) -> None:
    known = {(each.label, each.unit, each.period): each.standing for each in evidence.figures}
    checked = 0
    for path in folder.glob("*.html"):
        for table in html.fromstring(path.read_bytes()).xpath("//table[@class='compare']"):
            headers = [each.text_content().strip() for each in table.xpath(".//thead//th")]
            if headers[:2] != ["Measure", "Unit"]:
                continue
            for row in table.xpath(".//tbody/tr"):
                label, unit, *cells = row.xpath("./th|./td")
                names = label.text_content().strip(), unit.text_content().strip()
                if names[1] not in UNITS:
                    continue
                for header, cell in zip(headers[2:], cells, strict=True):
                    standing = known.get((names[0], UNITS[names[1]], header))
                    if standing is None:
                        continue
                    signs = {each.text_content() for each in cell.xpath(".//*[@class='sign']")}
                    marked = {SIGNS[each] for each in signs & set(SIGNS)}
                    expected = {standing} & set(SIGNS.values())
                    assert marked == expected, (path.name, names, header)
                    checked += 1
    assert checked > 200


def test_quality_statement_is_that_of_the_warehouse(warehouse: duckdb.DuckDBPyConnection) -> None:
    written = (PROJECT / "docs" / "quality.md").read_text(encoding="utf-8")
    assert written == quality_statement.page(warehouse), "Run make pages."


def test_evidence_of_the_statement_is_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Every file that is named is a file, every table one of the warehouse."""
    written = quality_statement.page(warehouse)
    named = re.findall(r"(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|yml|toml)|Makefile|LICENSE", written)
    assert len(set(named)) > 25
    assert [each for each in named if not (PROJECT / each).exists()] == []
    tables = set(re.findall(r"`((?:fct|dim)_\w+)", written))
    held = {name for (name,) in warehouse.sql(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
        " union all select view_name from duckdb_views() where schema_name = 'marts'"
    ).fetchall()}  # fmt: skip
    assert tables <= held

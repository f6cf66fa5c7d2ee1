"""The glossary: what each measure counts, in which unit, and who counts it; and words and signs.

Nothing is defined here: definitions are those of `dim_measure`, of the comparison with official
statistics, and of the descriptions that the published tables carry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from safeguarding.exports.workbooks.workbook_content import COUNTED
from safeguarding.exports.workbooks.workbook_model import plain
from safeguarding.published.marts import SHORTHAND, SIGN_MEANINGS, UNITS
from safeguarding.published.standings import MEANINGS
from safeguarding.report.report_figures import Evidence
from safeguarding.report.report_model import Page, Row, Section, Table, slug_of
from safeguarding.warehouse.compiled_project import literal

SLUG = "glossary"
BOTH = "The report and DfE, by the same definition"
BOTH_APART = "The report and DfE, by different definitions"
REPORT, DFE = "The report", "DfE"
# Terms of the pages, with the published table or column whose description explains them.
DESCRIBED = {
    "Statistical neighbours": ("bridge_statistical_neighbours", ""),
    "Break in series": ("dim_series_break", ""),
    "Revision": ("fct_revisions", ""),
    "Rank in England": ("fct_benchmarks", "england_rank"),
    "Median of neighbours": ("fct_benchmarks", "neighbour_median"),
}


def glossary_page(evidence: Evidence) -> Page:
    """Give the glossary of an authority's report: the measures that it has figures of."""
    return Page(
        SLUG,
        "Glossary",
        (
            Section("Measures", tables=(measures_table(evidence),)),
            Section("Words and signs", tables=(words_table(evidence),)),
        ),
    )


def measures_table(evidence: Evidence) -> Table:
    """Define each measure that there is a figure of, in the order of the alphabet."""
    marts = evidence.marts
    code = literal(evidence.authority)
    printed = _units(evidence, f"fct_observations where local_authority_code = {code}")
    official = _units(evidence, f"fct_official_statistics where area_code = {code}")
    rows = []
    for measure in sorted({*printed, *official}, key=marts.measure):
        told = marts.measures[measure]
        units = {**printed.get(measure, {}), **official.get(measure, {})}
        who = _who(evidence, measure, is_own=measure in printed, is_dfe=measure in official)
        rows.append(
            Row(
                marts.measure(measure),
                (
                    plain(told["definition"]),
                    plain(told["definition_source"]),
                    "; ".join(name for unit, name in UNITS.items() if unit in units),
                    COUNTED[told["measure_kind"]],
                    who,
                ),
                f"term-{slug_of(measure)}",
            )
        )
    headers = ("Measure", "Definition", "Source", "Unit", "Counted", "Who counts it")
    return Table("glossary-measures", "Measures of this report", headers, tuple(rows))


def _units(evidence: Evidence, of: str) -> dict[str, dict[str, None]]:
    """Give the units in which each measure is published."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for row in evidence.marts.read(of, "distinct measure_id, unit"):
        found[row["measure_id"]][row["unit"]] = None
    return found


def _who(evidence: Evidence, measure: str, *, is_own: bool, is_dfe: bool) -> str:
    """Say who counts a measure, and how the two differ where both do."""
    compared = [row for row in evidence.reconciled if row["measure_id"] == measure]
    if not (is_own and compared):
        return "; ".join(name for name, is_it in ((REPORT, is_own), (DFE, is_dfe)) if is_it)
    is_same = all(row["is_same_definition"] for row in compared)
    notes = dict.fromkeys(
        plain(row["definition_note"])
        for row in compared
        if row["definition_note"] and (is_same or not row["is_same_definition"])
    )
    return " ".join((f"{BOTH if is_same else BOTH_APART}.", *notes))


def words_table(evidence: Evidence) -> Table:
    """Explain the words that stand for how far figures are to be trusted, and all signs."""
    words = {
        **dict(_described(evidence)),
        **{each.value.capitalize(): f"Of a figure: {told}." for each, told in MEANINGS.items()},
        **{
            f"Sign {sign}": f"{told[0].upper()}{told[1:]}."
            for sign, told in (SHORTHAND | SIGN_MEANINGS).items()
        },
    }
    rows = tuple(Row(word, (told,), _word_id(n)) for n, (word, told) in enumerate(words.items(), 1))
    return Table("glossary-words", "Words and signs", ("Word or sign", "Meaning"), rows)


def _word_id(number: int) -> str:
    return f"word-{number}"


def _described(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Give terms with the first sentence of what a table or column of theirs says of itself."""
    comments = evidence.marts.comments()
    for term, place in DESCRIBED.items():
        if told := comments.get(place):
            yield term, plain(told.partition(". ")[0].rstrip(".")) + "."

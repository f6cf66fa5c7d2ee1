"""Read what titles, subheadings, columns, notes and names say about figures.

The words are in the seed `context_words`; what fits each measure is in `context_fits`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from safeguarding.intake.new_figures import Place, Problem, Row

UNIT, SUBJECT, TIMING, PLACE = "unit", "subject", "timing", "place"
STATUS, SERVICE, POPULATION = "status", "service", "population"
ELSEWHERE, SPAN = "elsewhere", "span"
# Where words stand, the nearest to a figure first.
ROW, SUBHEADING, COLUMN, NOTE, TITLE, SHEET, FILE = (
    "row", "subheading", "column", "note", "title", "sheet", "file"
)  # fmt: skip
REMARK = "remark"  # a note with a figure of its own: its unit and day are of that figure
_WHERE = {
    ROW: "in the row",
    SUBHEADING: "in the subheading",
    COLUMN: "in the heading of the column",
    NOTE: "in the note",
    REMARK: "in the note",
    TITLE: "in the title",
    SHEET: "in the name of the sheet",
    FILE: "in the name of the file",
}
# What the count of a printed pair need not be, because the figure beside it is: the count of
# assessments stands before the share of them that was completed in time.
OF_THE_SHARE = ("timeliness", "outcome")
_MOST_LABELS = 3
_WHAT_TO_DO = (
    "If the words are right, the figures are something else: leave them out."
    " If they are wrong, correct them."
)
_LONGEST = 250  # a longer text is a paragraph about many things
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_PARTS = {
    "<month>": f"(?:{_MONTHS})",
    "<day>": r"(?:(?:the )?[0-9]{1,2}(?:st|nd|rd|th)? )?",
    "<year>": r"(?: ?'?(?:19|20)?[0-9]{2})?",
    "<year4>": r"(?:19|20)?[0-9]{2}",
    "<to>": r"(?: ?(?:-|to|until|through|up to|/) ?)",
    "<n>": "[0-9]{1,2}",
    # Words around the name of a measure that add nothing to it.
    "<number of>": r"(?:(?:total |overall )?(?:number|no[.]?|count|#|volume)(?: of)? |total )?",
    "<share of>": r"(?:(?:per ?cent(?:age)?|proportion|share|%|rate) ?(?:of )?(?:the )?)?",
    "<in the year>": (
        r"(?:,? ?[(]?(?:in|during|within|over|for) (?:the |each )?(?:financial )?"
        r"(?:year|period|quarter|reporting period|12 months)[)]?)?"
    ),
    "<at the end>": (
        r"(?:,? ?[(]?(?:as )?(?:at|on) (?:the )?(?:31(?:st)? march(?: (?:19|20)?[0-9]{2})?"
        r"|(?:financial )?(?:year|period|quarter) ?end"
        r"|end of (?:the )?(?:financial )?(?:year|period|quarter|march))[)]?)?"
    ),
    "<unit>": (
        r"(?:[ ,:-]*[(]?(?:number|no[.]?|count|n|%|percentage|per cent|rate(?: per 10,?000)?)[)]?)?"
    ),
    "<child>": r"(?:child(?:ren)?(?: and young people)?|cyp|young people)",
    "<plan>": r"(?:child protection plans?|cp plans?|cpps?|cps?|plans?)",
}
_BARE_SPACE = re.compile(r"(\[[^\]]*\])| ")

# Numbers that belong to a name or a day, and are no figures.
_NO_FIGURE = re.compile(
    r"\b(?:(?:19|20)?[0-9]{2}[-/\u2013](?:20)?[0-9]{2}|(?:19|20)[0-9]{2}"
    r"|s\.?(?:ection)? ?(?:17|20|47)s?"
    r"|(?:table|figure|page|appendix|chart|note|q|quarter|paragraph) ?[0-9]+(?:\.[0-9]+)*"
    r"|[0-9]{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    r"|(?:per |/ ?)1[0,]*|[0-9]+ (?:(?:or more|working) )?(?:years?|months?|days?|hours?)"
    r"|(?:aged? |under |over )[0-9]+s?(?: ?(?:to|and|-) ?[0-9]+)?)\b"
    r"|^[\[(*]?[0-9]{1,2}(?:\.[0-9]+)*[\]).:]?(?:\s|$)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"[0-9]")

Said = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Statement:
    """A text about figures.

    Attributes:
        text: As printed.
        place: Where it stands.
        scope: ROW, SUBHEADING, COLUMN, NOTE, TITLE, SHEET or FILE.
    """

    text: str
    place: Place
    scope: str

    @property
    def where(self) -> str:
        """Where the text stands, in words."""
        scope = FILE if self.scope == SHEET and not self.place.sheet else self.scope
        return f"{_WHERE[scope]} '{self.text[:80]}'"


@dataclass(frozen=True)
class Meaning:
    """The measure of a row's figures, with a category or without.

    Attributes:
        measure_id: The measure.
        category_id: The category; empty where there is none.
        kind: `flow`, `stock` or `ratio`.
        definition: What it counts, in a sentence.
        labels: What its rows are called in print.
    """

    measure_id: str
    category_id: str
    kind: str
    definition: str
    labels: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class _Wording:
    pattern: re.Pattern[str]
    aspect: str
    value: str
    ignored_in: tuple[str, ...]


@dataclass(frozen=True)
class Contexts:
    """Find words that describe figures, and check them against measures.

    Attributes:
        wordings: Rows of `context_words`.
        fits: Rows of `context_fits`.
        key: The key by which texts are compared.
    """

    wordings: Sequence[Row]
    fits: Sequence[Row]
    key: Callable[[str], str]

    @cached_property
    def _compiled(self) -> list[_Wording]:
        return [
            _Wording(
                as_pattern(row["wording"]),
                row["aspect"],
                row["value"],
                tuple(row["ignored_in"].split()),
            )
            for row in self.wordings
        ]

    @cached_property
    def _cache(self) -> dict[tuple[str, str], Said]:
        return {}

    def words_in(self, text: str, scope: str = ROW) -> Said:
        """Find the known words of a text: words by value, by aspect.

        Where one wording is part of another of the same aspect, only the longer counts. A wording
        without a value has no effect, and cancels the shorter ones within it.
        """
        key = self.key(text), NOTE if scope == REMARK else scope
        if key not in self._cache:
            self._cache[key] = self._find_words(*key)
        return self._cache[key]

    def _find_words(self, text: str, scope: str) -> Said:
        if len(text) > _LONGEST:
            return {}
        found = [
            (match.span(), wording.aspect, wording.value, match[0])
            for wording in self._compiled
            if scope not in wording.ignored_in
            for match in wording.pattern.finditer(text)
            if match[0]
        ]
        said: dict[str, dict[str, str]] = {}
        taken: dict[str, list[tuple[tuple[int, int], str]]] = {}
        # The longest first, and of two as long the one that says nothing.
        for span, aspect, value, words in sorted(
            found, key=lambda one: (one[0][0] - one[0][1], bool(one[2]))
        ):
            others = taken.setdefault(aspect, [])
            if all(_apart(span, other) or (span == other and its) for other, its in others):
                others.append((span, value))
                if value:
                    said.setdefault(aspect, {}).setdefault(value, words.strip(" _-"))
        return {} if ELSEWHERE in said.get(PLACE, {}) else said

    def units(self, text: str, scope: str = ROW) -> tuple[str, ...]:
        """Return the units that a text names."""
        return tuple(self.words_in(text, scope).get(UNIT, ()))

    def is_note(self, text: str) -> bool:
        """Check whether a line begins like a note below a table."""
        return PLACE in self.words_in(text)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], dict[str, dict[str, bool]]]:
        by_name: dict[tuple[str, str], dict[str, dict[str, bool]]] = {}
        for row in self.fits:
            values = by_name.setdefault((row["applies_to"], row["name"]), {}).setdefault(
                row["aspect"], {}
            )
            if row["value"]:
                values[row["value"]] = row["must_be_said"] == "true"
        return by_name

    @cached_property
    def _fits_cache(self) -> dict[tuple[Meaning, str], dict[str, dict[str, bool]]]:
        return {}

    def of(self, meaning: Meaning, periods: str) -> dict[str, dict[str, bool]]:
        """Return the values that fit a measure by aspect, and whether each must be named.

        Args:
            meaning: The measure.
            periods: `financial_year`, `quarters` or `quarter` (one of them).
        """
        if (meaning, periods) in self._fits_cache:
            return self._fits_cache[meaning, periods]
        names = (
            ("all", ""),
            ("period_type", periods),
            ("measure_kind", meaning.kind),
            ("measure", meaning.measure_id),
        )
        fits: dict[str, dict[str, bool]] = {}
        for name in names:
            fits |= self._by_name.get(name, {})
        if names[-1] not in self._by_name:
            # For a measure without rules, the labels listed for it are true.
            for label in meaning.labels:
                for aspect, said in self.words_in(label).items():
                    if aspect in fits:
                        fits[aspect] = dict.fromkeys(said, False) | fits[aspect]
        self._fits_cache[meaning, periods] = fits
        return fits

    def contradictions(
        self,
        meaning: Meaning,
        periods: str,
        statements: Sequence[Statement],
        passed_over: Iterable[str] = (),
    ) -> Iterator[tuple[Statement, str]]:
        """Find statements that contradict the measure.

        Args:
            meaning: The measure that a figure is to be stored as.
            periods: As for `of`.
            statements: The texts about the figure, the nearest first: for each aspect the nearest
                that names it decides.
            passed_over: Aspects to ignore.

        Yields:
            The statement and its words.
        """
        own = self._own_subjects(statements)
        fits = self.of(meaning, periods)
        about = [one for one in statements if self._is_about(one, fits)]
        for aspect, values in fits.items():
            wider: set[str] = set()
            for statement in about if aspect not in passed_over else ():
                heard = self.words_in(statement.text, statement.scope)
                said = set(heard.get(aspect, ()))
                if not said or (aspect == TIMING and self._is_of_others(own, heard, statement)):
                    continue
                # Once a nearer text has named a wider subject, only a narrower one adds to it.
                if wider and not said <= wider:
                    break
                if not said & values.keys():
                    yield statement, max(heard[aspect].values(), key=len)
                    break
                wider = {one for value in said for one in self.narrower(value)}
                if not wider:
                    break

    def _is_about(self, statement: Statement, fits: Mapping[str, Mapping[str, bool]]) -> bool:
        """Check whether a note is about a row: notes may name other tables."""
        if statement.scope not in (NOTE, REMARK):
            return True
        subjects = self.words_in(statement.text, TITLE).get(SUBJECT, {}).keys()
        return not subjects or not fits.get(SUBJECT) or bool(subjects & fits[SUBJECT].keys())

    def _own_subjects(self, statements: Sequence[Statement]) -> set[str]:
        own = next((one for one in statements if one.scope == ROW), None)
        return set(self.words_in(own.text).get(SUBJECT, ())) if own else set()

    def _is_of_others(self, own: set[str], heard: Said, statement: Statement) -> bool:
        """Check whether a text is about another or a wider subject than the label of a row."""
        subjects = set(heard.get(SUBJECT, ()))
        if statement.scope == REMARK:
            return True
        if not own or not subjects:
            return False
        return not own & subjects or any(own & self.narrower(one) for one in subjects - own)

    def narrower(self, value: str) -> set[str]:
        """Return the subjects that a wider one includes."""
        return set(self._by_name.get(("wider_value", value), {}).get(SUBJECT, ()))

    def missing_aspect(
        self, meaning: Meaning, periods: str, statements: Iterable[Statement]
    ) -> str | None:
        """Return an aspect that must be named and is not."""
        statements = list(statements)
        for aspect, values in self.of(meaning, periods).items():
            needed = {value for value, must in values.items() if must}
            if needed and not any(
                needed & self.words_in(one.text, one.scope).get(aspect, {}).keys()
                for one in statements
            ):
                return aspect
        return None


@dataclass
class Contradictions:
    """Contradictions of a table, each reported once with the labels of all its rows."""

    found: dict[tuple[Statement, str, str], tuple[str, str, list[str]]] = field(
        default_factory=dict
    )

    def add(self, statement: Statement, words: str, expected: str, label: str, other: str) -> None:
        """Record that a statement contradicts the row of a label.

        Args:
            statement: What contradicts it.
            words: The words of it that do.
            expected: What would not.
            label: The row's label.
            other: The name of a row that the words fit; may be empty.
        """
        _, _, labels = self.found.setdefault((statement, words, expected), (expected, other, []))
        if label not in labels:
            labels.append(label)

    def has(self, label: str) -> bool:
        """Check whether something contradicts the row of a label."""
        return any(label in labels for _, _, labels in self.found.values())

    def problems(self) -> Iterator[Problem]:
        """List every contradiction with its place."""
        for (statement, words, _), (expected, other, labels) in self.found.items():
            shown = ", ".join(f"'{label}'" for label in labels[:_MOST_LABELS])
            more = f" and {len(labels) - _MOST_LABELS} more" if len(labels) > _MOST_LABELS else ""
            found = f"'{words}' {statement.where}, for {shown}{more}"
            maybe = f"They may be '{other}'. " if other else ""
            yield Problem(statement.place, found, expected, f"{maybe}{_WHAT_TO_DO}")


def fitting(meaning: Meaning) -> str:
    """Describe the words expected for figures of a measure."""
    return f"words that fit what is stored ('{meaning.definition.rstrip('.')}')"


def holds_figure(text: str) -> bool:
    """Check whether a text has a number that is not part of a name, year or date."""
    return bool(_DIGIT.search(_NO_FIGURE.sub(" ", text)))


def _apart(one: tuple[int, int], two: tuple[int, int]) -> bool:
    return one[1] <= two[0] or two[1] <= one[0]


def as_pattern(wording: str) -> re.Pattern[str]:
    """Compile the pattern of a seed's wording, which matches whole words only."""
    for name, part in _PARTS.items():
        wording = wording.replace(name, part)
    spaced = _BARE_SPACE.sub(lambda match: match[1] or "(?:[ _-]+)", wording)
    return re.compile(f"(?<![a-z0-9])(?:{spaced})(?![a-z0-9])")

"""Ask what a member could ask: of figures that are contradicted, revised or unexplained."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from safeguarding.report.report_model import Quantity, Sentence
from safeguarding.report.sentences.phrases import counted, sentence
from safeguarding.report.sentences.place_sentences import within_a_sentence


@dataclass(frozen=True)
class Differing:
    """Two figures for one thing."""

    name: str  # what is counted
    when: str  # `in 2022-23`, `at the end of 2022-23`
    unit: str  # of both
    printed: Decimal  # as the report has it
    other: Decimal  # as the other source, or the rest of the report, has it

    @property
    def what(self) -> str:
        """Say `assessments completed in 2022-23`."""
        return f"{within_a_sentence(self.name)} {self.when}"


def by_dfe(differing: Differing) -> Sentence:
    """Ask why the report and DfE differ by one definition."""
    return sentence(
        "Why does the report have ",
        Quantity(differing.printed, differing.unit),
        f" for {differing.what}, and DfE ",
        Quantity(differing.other, differing.unit),
        " by the same definition?",
    )


def within_the_report(differing: Differing) -> Sentence:
    """Ask which is right: a printed figure, or what others make of it."""
    return sentence(
        f"Which is right for {differing.what}: ",
        Quantity(differing.printed, differing.unit),
        " as printed, or ",
        Quantity(differing.other, differing.unit),
        " as other figures have it?",
    )


def revised(differing: Differing, provisional: str) -> Sentence:
    """Ask what changed a figure; `provisional` is the period of one that may change too."""
    also = f", and may the figure for {provisional} change as much" if provisional else ""
    return sentence(
        f"Why was the figure for {differing.what} revised from ",
        Quantity(differing.other, differing.unit),
        " to ",
        Quantity(differing.printed, differing.unit),
        f"{also}?",
    )


def statements(contradicted: int) -> Sentence:
    """Ask what is to become of statements that do not agree with the figures."""
    if contradicted == 1:
        return sentence("Will the statement that does not agree with the figures be corrected?")
    return sentence(
        "Which of the ",
        counted(contradicted),
        " statements that do not agree with the figures will be corrected?",
    )


def nothing_to_ask(year: str) -> Sentence:
    """Say that the checks leave no question."""
    return sentence(
        f"The published checks of the report of {year} found no contradiction, revision or "
        f"difference from DfE that is unexplained."
    )

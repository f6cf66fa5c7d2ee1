"""What is asked of records, and what keeps a request from being carried out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from safeguarding.financial_years import financial_year

CLOCKS = ("start", "referral")
SYNTHETIC = "SYNTHETIC"


class RecordsError(Exception):
    """Records cannot be used; a sentence for each fault, none with the content of a record."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep the sentences."""
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def problem(place: str, found: str, expected: str, advice: str = "") -> str:
    """Say what is wrong: where, what was found, what was expected, what to do."""
    return f"{place}: found {found}, expected {expected}.{f' {advice}' if advice else ''}"


def not_opened(path: Path, error: OSError) -> RecordsError:
    """Say that a file cannot be opened: it is locked, gone, or somebody else's."""
    reason = (error.strerror or type(error).__name__).lower()
    advice = "Close it in other programs, and check that you may read it."
    return RecordsError(
        [problem(path.name, f"an error on opening ({reason})", "a readable file", advice)]
    )


@dataclass(frozen=True)
class Request:
    """What is asked of records.

    Attributes:
        folder: Where the records are.
        authority: ONS code of the council.
        period: The financial year, `2021-22`.
        extracted: The day that the records were taken.
        clock: Where assessments are counted from: `start` or `referral`.
    """

    folder: Path
    authority: str
    period: str
    extracted: date
    clock: str = "start"

    @property
    def start(self) -> date:
        """The first day of the year."""
        return date(int(self.period[:4]), 4, 1)

    @property
    def end(self) -> date:
        """The last day of the year."""
        return date(int(self.period[:4]) + 1, 3, 31)

    @property
    def year_before(self) -> str:
        """The financial year before."""
        return financial_year(self.start.year - 1)

    @property
    def is_synthetic(self) -> bool:
        """Whether the folder, or a file in it, says in its name that the records are SYNTHETIC."""
        names = [self.folder.resolve().name, *(path.name for path in self.folder.iterdir())]
        return any(SYNTHETIC in name.upper() for name in names)

    @property
    def extract_id(self) -> str:
        """The name of the extract, which is its release's too."""
        return f"{self.authority}-records-{self.period}-{self.extracted.isoformat()}"

    def problems(self, project: Path, authorities: Iterable[str], years: range) -> Iterable[str]:
        """Say what is wrong with it.

        Args:
            project: The repository, which no record may lie in.
            authorities: Codes of councils that are known.
            years: Years that the calendar of bank holidays has.
        """
        if not self.folder.is_dir():
            yield problem(
                f"--records {self.folder}",
                "nothing there" if not self.folder.exists() else "a file",
                "a folder with the records",
                "Check the path.",
            )
        elif self.folder.resolve().is_relative_to(project.resolve()):
            yield problem(
                f"--records {self.folder}",
                "a folder inside the repository",
                "one outside it",
                "Records of people must never be committed: move them out of the project first.",
            )
        known = set(authorities)
        if self.authority not in known:
            yield problem(
                "--authority",
                f"'{self.authority}'",
                "the ONS code of a council with children's services, such as E10000014",
                "seeds/reference/local_authorities.csv lists them.",
            )
        if not is_financial_year(self.period):
            expected = "a financial year such as 2021-22"
            yield problem("--period", f"'{self.period}'", expected)
            return
        if not {self.start.year, self.end.year} <= set(years):
            yield problem(
                "--period",
                self.period,
                f"a year from {years[0]} to {years[-1]}, whose bank holidays are known",
                "Add the years to seeds/records/bank_holidays.csv.",
            )
        if self.extracted < self.end:
            yield problem(
                "--extracted",
                f"{self.extracted}, before the end of {self.period}",
                f"{self.end} or later",
                "Figures of a year need records of the whole year.",
            )


def is_financial_year(text: str) -> bool:
    """Whether a text names a financial year as the warehouse does."""
    return bool(re.fullmatch(r"[12]\d{3}-\d{2}", text)) and financial_year(int(text[:4])) == text

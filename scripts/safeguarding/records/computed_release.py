"""Take figures counted from records in, as a release of their own that nobody has published."""

from __future__ import annotations

from pathlib import Path

from safeguarding.intake import desk
from safeguarding.intake.new_figures import Extract, Figure, Place
from safeguarding.records.counting import Counted
from safeguarding.records.request import SYNTHETIC, RecordsError, Request
from safeguarding.warehouse import seed_files

TABLE = "record_figures"
FINDINGS = "record_findings"
_QUARTERS = {"Q1": "Apr-Jun", "Q2": "Jul-Sep", "Q3": "Oct-Dec", "Q4": "Jan-Mar"}


def load(project: Path, request: Request, counted: Counted) -> desk.Outcome:
    """Load what was counted; nothing is changed unless all of it can be.

    Raises:
        RecordsError: The seeds of the project cannot be read.
        NotCompiledError, journal.SeedsBusyError, journal.SeedsLockedError,
            journal.SeedsChangedError: As for `desk.load`.
    """
    records = f"{SYNTHETIC} records" if request.is_synthetic else "records"
    release = {
        "release_id": request.extract_id,
        "local_authority_code": request.authority,
        "title": f"Figures of {request.period} counted from {records} of {request.extracted}",
        "published_date": request.extracted.isoformat(),
        "financial_year": request.period,
        "is_published": "false",
    }
    name = Path(request.extract_id)
    figures = Extract(figures=list(figures_of(project, counted)))
    figures.registers[FINDINGS] = [(Place(name.name), finding) for finding in _findings_of(counted)]
    return desk.load(project, desk.Request(path=name, release=release, figures=figures))


def figures_of(project: Path, counted: Counted) -> list[Figure]:
    """Give the figures that the table of such figures has a row for, as if they were printed."""
    rows, problems = seed_files.read(project / "seeds" / "reference" / "published_rows.csv")
    if problems:
        raise RecordsError(f"published_rows.csv{fault}" for fault in problems)
    labels = {
        (row["measure_id"], row["category_id"], row["unit"]): row
        for row in rows
        if row["table_id"] == TABLE
    }
    figures: list[Figure] = []
    for figure in counted.figures:
        row = labels.get((figure["measure_id"], figure["category_id"] or "", figure["unit"]))
        if row and figure["value"] is not None:
            number = f"{figure['value']:.0f}" if figure["unit"] == "count" else str(figure["value"])
            label = _label_of(figure["period_id"])
            figures.append(
                Figure(
                    table_id=TABLE,
                    source_table="Records",
                    # Its place among what is counted.
                    source_line=row["sort_order"],
                    source_cell=str(len(figures) + 1),
                    row_label=row["row_name"],
                    period_as_printed=label,
                    period_label=label,
                    unit=figure["unit"],
                    value_as_printed=number,
                    note="",
                    place=Place(TABLE),
                )
            )
    return figures


def _label_of(period_id: str) -> str:
    year, _, quarter = period_id.partition(" ")
    if not quarter:
        return period_id
    return f"{_QUARTERS[quarter]} {int(year[:4]) + (quarter == 'Q4')}"


def _findings_of(counted: Counted) -> list[seed_files.Row]:
    """What was found in the records: numbers and effects, and no place in a file of theirs."""
    names = ("check_id", "severity", "record_table", "field", "records", "measure_ids", "effect")
    return [
        {name: "" if finding[name] is None else str(finding[name]) for name in names}
        for finding in counted.findings
    ]

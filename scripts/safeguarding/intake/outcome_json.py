"""Write the outcome of a request for programs: one JSON object."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from safeguarding.intake.desk import Outcome, Status
from safeguarding.intake.outcome_text import headline


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Give the outcome as an object; figures are text, so that none is rounded on the way."""
    judgement = outcome.judgement
    return {
        "status": outcome.status.value,
        "message": "" if outcome.status is Status.FAILED else headline(outcome),
        "release": outcome.release,
        "problems": [
            asdict(problem.place)
            | {"found": problem.found, "expected": problem.expected, "advice": problem.advice}
            for problem in outcome.problems
        ],
        "questions": [vars(each) | {"place": str(each.place)} for each in outcome.questions],
        "stops": judgement.stops if judgement else [],
        "compared": judgement.compared if judgement else {},
        "revisions": judgement.revisions if judgement else [],
        "findings": judgement.findings if judgement else [],
        "figures": judgement.figures if judgement else [],
        "left_out": [vars(each) | {"place": str(each.place)} for each in outcome.left_out],
        "added_rows": {name: len(rows) for name, rows in outcome.added.items()},
    }

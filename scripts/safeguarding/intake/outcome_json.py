"""Write the outcome of a request for programs: one JSON object."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from safeguarding.intake.desk import Outcome, Status
from safeguarding.intake.new_figures import Question
from safeguarding.intake.outcome_text import as_option, headline


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as an object; figures are text, so that none is rounded."""
    judgement = outcome.judgement
    return {
        "status": outcome.status.value,
        "message": "" if outcome.status is Status.FAILED else headline(outcome),
        "release": outcome.release,
        "problems": [
            asdict(problem.place)
            | {
                "place": str(problem.place),
                "found": problem.found,
                "expected": problem.expected,
                "advice": problem.advice,
                "candidates": [one for each in problem.questions for one in each.candidates],
            }
            for problem in outcome.problems
        ],
        "questions": [_as_question(each) for each in outcome.questions],
        "stops": judgement.stops if judgement else [],
        "compared": judgement.compared if judgement else {},
        "revisions": judgement.revisions if judgement else [],
        "findings": judgement.findings if judgement else [],
        "figures": judgement.figures if judgement else [],
        "left_out": [
            {
                "place": str(each.place),
                "printed": each.printed,
                "found": f"'{each.printed}'",
                "expected": each.expected,
                "reason": each.reason,
            }
            for each in outcome.left_out
        ],
        "added_rows": {name: len(rows) for name, rows in outcome.added.items()},
    }


def _as_question(question: Question) -> dict[str, Any]:
    """Return a question with the options of the command line that answer it."""
    return vars(question) | {
        "place": str(question.place),
        "asks": question.asks.value,
        "found": f"'{question.printed}'",
        "expected": f"one of {', '.join(question.candidates)}",
        "options": [as_option(question, answer) for answer in question.candidates],
    }

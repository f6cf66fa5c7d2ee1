"""Say how many findings and statements there are, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping

from safeguarding.report.report_model import Sentence
from safeguarding.report.sentences.phrases import Part, counted, joined, sentence

VERDICTS = {  # of a statement: for one, for several
    "agrees": ("agrees with the figures", "agree with the figures"),
    "agrees within rounding": ("agrees within rounding", "agree within rounding"),
    "contradicts": ("does not agree", "do not agree"),
    "depends on the reading": ("depends on how it is read", "depend on how they are read"),
    "not checkable": ("cannot be checked", "cannot be checked"),
}


def counted_findings(kind: str, explained: int, examined: int, not_examined: int) -> Sentence:
    """Say what the checks of the figures found, and how far it is explained.

    Args:
        kind: What they found: `contradiction` or `warning`.
        explained: How many have a known cause.
        examined: How many have been examined without finding the cause.
        not_examined: How many have not been examined yet.

    Raises:
        ValueError: A count is less than zero.
    """
    if min(explained, examined, not_examined) < 0:
        raise ValueError(f"{explained}, {examined} and {not_examined} {kind}s")
    number = explained + examined + not_examined
    if not number:
        return sentence(f"The checks found no {kind}s.")
    return sentence(
        "The checks found ",
        counted(number),
        f" {kind}: " if number == 1 else f" {kind}s: ",
        counted(explained),
        " explained, ",
        counted(examined),
        " examined without finding the cause, ",
        counted(not_examined),
        " open.",
    )


def counted_claims(verdicts: Mapping[str, int]) -> Sentence:
    """Say how many statements of the text the figures bear out.

    Raises:
        ValueError: A verdict is not known.
    """
    if unknown := set(verdicts) - set(VERDICTS):
        raise ValueError(f"verdicts that no sentence knows: {', '.join(sorted(unknown))}")
    total = sum(verdicts.values())
    if not total:
        return sentence("No statements in the text were checked.")
    counts = [(words, verdicts[name]) for name, words in VERDICTS.items() if verdicts.get(name)]
    told: list[list[Part]] = [
        [counted(number), f" {one if number == 1 else several}"]
        for (one, several), number in counts
    ]
    checked = " statement was checked: " if total == 1 else " statements were checked: "
    return sentence(counted(total), checked, *joined(told), ".")

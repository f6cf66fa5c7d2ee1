"""Show numbers and texts as a spreadsheet does in a cell's number format.

Only formats that can be followed exactly are supported. For any other the answer is None, and the
reader refuses the cell instead of guessing what a person sees.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

GENERAL, TEXT = "General", "@"

_SIGNIFICANT_DIGITS = 15
_LARGE = 10**_SIGNIFICANT_DIGITS
_MOST_SECTIONS = 4
_PART = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>general)|(?P<text>@)|(?P<digits>[0#?][0#?,]*(?:\.[0#?]*)?,*|\.[0#?]+)"
    r"|(?P<percent>%)|(?P<plain>[-+$£€()!^&'~{}<>=: ])",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)(-?[0-9]+(?:\.[0-9]+)?)")
_COLOUR = re.compile(
    r"black|blue|cyan|green|magenta|red|white|yellow|colou?r ?[0-9]+", re.IGNORECASE
)
_CURRENCY = re.compile(r"\$([^-\]]*)(?:-[0-9A-Fa-f,]+)?")
_COMPARISONS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "=": operator.eq, "<>": operator.ne,
}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """One of the forms between the semicolons of a number format.

    Attributes:
        before, after: Texts around the number, as shown.
        digits: Its digits as in `#,##0.0`, GENERAL or TEXT; empty where only texts stand.
        percents: How many per cent signs stand in it.
        condition: Comparison and number, such as `<` and 6.
        colour: Its colour in lower case, or nothing.
    """

    before: str
    after: str
    digits: str
    percents: int
    condition: tuple[str, Decimal] | None
    colour: str

    def takes(self, number: Decimal) -> bool:
        """Check whether the section's own condition holds."""
        if not self.condition:
            return False
        sign, limit = self.condition
        return bool(_COMPARISONS[sign](number, limit))


def displayed(number: float, number_format: str) -> str | None:
    """Format a number as a spreadsheet shows it: rounded, with its signs and surrounding text.

    Args:
        number: What the cell holds.
        number_format: Its format code: up to four sections, with conditions or without.

    Returns:
        The text without space around it, empty where the format hides the number, or None where
        the format cannot be followed exactly.
    """
    value = Decimal(f"{number:.{_SIGNIFICANT_DIGITS}g}" if isinstance(number, float) else number)
    sections = _sections(number_format or GENERAL)
    chosen = _chosen(sections, value) if sections else None
    if not chosen:
        return None
    section, size = chosen
    if not section.digits:
        return None if size < 0 else (section.before + section.after).strip()
    if section.digits in (GENERAL, TEXT):
        shown = _general(abs(size))
    elif abs(number) >= _LARGE:
        return None
    else:
        digits = _in_digits(abs(size).scaleb(2 * section.percents), section.digits)
        if digits is None:
            return None
        shown = digits
    minus = "-" if size < 0 and shown.strip("0., ") else ""
    return f"{minus}{section.before}{shown}{section.after}".strip()


def displayed_text(text: str, number_format: str) -> str | None:
    """Show a text as a spreadsheet does: the format may add to it or hide it."""
    if number_format in (GENERAL, TEXT):
        return text
    sections = _sections(number_format)
    if not sections:
        return text  # the format of a date, say, which leaves texts alone
    last = sections[-1]
    if len(sections) < _MOST_SECTIONS and last.digits != TEXT:
        return text
    if last.digits not in ("", TEXT):
        return None
    return last.before + (text if last.digits else "") + last.after


def shown_in(number: float, number_format: str) -> str:
    """Name the colour in which a format shows a number; nothing for the cell's own."""
    sections = _sections(number_format)
    chosen = _chosen(sections, Decimal(str(number))) if sections else None
    return chosen[0].colour if chosen else ""


def _chosen(sections: Sequence[Section], value: Decimal) -> tuple[Section, Decimal] | None:
    """Find the section that shows a number, and the number whose minus the section adds."""
    conditional = [section for section in sections[:2] if section.condition]
    numeric = sections[: _MOST_SECTIONS - 1]
    if conditional:
        fitting = next((section for section in conditional if section.takes(value)), None)
        rest = [section for section in numeric if not section.condition]
        # Which of two further sections shows the number depends on the program, and so does
        # whether a minus is added.
        if value < 0 or (not fitting and len(rest) != 1):
            return None
        return fitting or rest[0], value
    if len(numeric) > 1 and numeric[-1].digits == TEXT:
        numeric = numeric[:-1]  # the section for texts, which may stand in any place but the first
    if value < 0 and len(numeric) > 1:
        return numeric[1], abs(value)
    if value == 0 and len(numeric) > 2:  # noqa: PLR2004 - the third section is for zero
        return numeric[2], value
    return numeric[0], value


@lru_cache(maxsize=1024)
def _sections(number_format: str) -> tuple[Section, ...] | None:
    texts = re.findall(r'((?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])*)(?:;|$)', number_format)
    if number_format and not number_format.endswith(";"):
        texts = texts[:-1]  # what the pattern finds behind the last section
    if len("".join(texts)) + max(len(texts) - 1, 0) != len(number_format):
        return None  # a quotation mark or bracket that is not closed
    read = [_section(text) for text in texts]
    if not 0 < len(read) <= _MOST_SECTIONS or None in read:
        return None
    return tuple(section for section in read if section)


def _section(text: str) -> Section | None:
    before, after, digits, percents, colour = "", "", "", 0, ""
    condition: tuple[str, Decimal] | None = None
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if not match or (match["fill"] or " ") != " ":
            return None
        at = match.end()
        literal = match["quoted"] or match["escaped"] or match["plain"] or match["percent"] or ""
        percents += bool(match["percent"])
        if (bracket := match["bracket"]) is not None:
            if limit := _CONDITION.fullmatch(bracket):
                condition = limit[1], Decimal(limit[2])
            elif _COLOUR.fullmatch(bracket):
                colour = bracket.lower()
            elif currency := _CURRENCY.fullmatch(bracket):
                literal = currency[1]
            else:
                return None
        elif found := match["general"] or match["text"] or match["digits"]:
            if digits:
                return None  # a text between the digits, such as the spaces of `# ##0`
            digits = GENERAL if match["general"] else found
        before, after = (before, after + literal) if digits else (before + literal, after)
    return Section(before, after, digits, percents, condition, colour)


def _general(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _in_digits(value: Decimal, digits: str) -> str | None:
    whole, _, decimals = digits.partition(".")
    if digits.endswith(",") or whole.endswith(","):
        return None  # shown in thousands: what a person reads is not what is meant
    places = len(decimals)
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    integer, _, fraction = f"{rounded:f}".partition(".")
    pattern = whole.replace(",", "")
    least = len(pattern) - pattern.index("0") if "0" in pattern else 0
    integer = integer.lstrip("0").rjust(least, "0")
    if "," in whole and integer:
        if len(integer) > len(integer.lstrip("0")) > 0 and least > 1:
            return None  # zeros before the number, with commas
        integer = f"{int(integer):,}"
    for place in range(places - 1, -1, -1):
        if decimals[place] == "0" or fraction[place] != "0":
            break
        fraction = fraction[:place]
    return f"{integer}.{fraction}" if fraction else integer

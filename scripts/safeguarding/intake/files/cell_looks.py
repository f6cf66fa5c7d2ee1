"""Find styles and conditional rules that hide the contents of a workbook's cells."""

from __future__ import annotations

import colorsys
import operator
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

from safeguarding.intake.files.number_formats import GENERAL

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_SYSTEM_BLACK, _SYSTEM_WHITE = 64, 65
_THEME = re.compile(rb"<a:(lt1|dk1|lt2|dk2|accent[1-6]|hlink|folHlink)>\s*<a:\w+ ([^>]*)>")
_THEME_ORDER = (
    "lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6",
    "hlink", "folHlink",
)  # fmt: skip
_THEME_COLOUR = re.compile(r'(?:lastClr|val)="([0-9A-Fa-f]{6})"')
_ALIKE = 24  # of 255: nobody reads a colour on another that is nearer
_SMALLEST = 3  # points
_SYMBOLS = re.compile(r"(wing|web)dings.*|marlett|symbol|.*dingbats.*", re.IGNORECASE)
_STRUCK = "struck-through text"
BACKGROUND = "text in the colour of its background"
_RULES = {
    "lessThan": operator.lt, "lessThanOrEqual": operator.le, "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge, "equal": operator.eq, "notEqual": operator.ne,
}  # fmt: skip

Colour = tuple[int, int, int]


class Looks:
    """The effects of a workbook's styles on its cells, each worked out once."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - openpyxl has no types
        """Look at the styles of a workbook that openpyxl has read."""
        self._book = book
        self._formats: dict[int, str] = {}
        self._hidden: dict[int, str] = {}

    def number_format(self, style: int) -> str:
        """Return the number format of a cell style.

        Raises:
            IndexError: The workbook has no such style.
        """
        if style not in self._formats:
            number = self._book._cell_styles[style].numFmtId
            self._formats[style] = (
                BUILTIN_FORMATS.get(number, GENERAL)
                if number < BUILTIN_FORMATS_MAX_SIZE
                else self._book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE]
            )
        return self._formats[style] or GENERAL

    def hidden(self, style: int) -> str:
        """Explain why a person cannot read cells of the style; empty if they can.

        Raises:
            IndexError: The workbook has no such style.
        """
        if style not in self._hidden:
            self._hidden[style] = self._why_hidden(style)
        return self._hidden[style]

    def hidden_run(self, font: Any, style: int) -> str:  # noqa: ANN401
        """Explain why a person cannot read a run of rich text in a cell of the style."""
        if font is None:
            return ""
        named = font.rFont or ""
        return self._unreadable(font, named) or self._invisible(font.color, self._fill(style))

    def is_invisible(self, style: int, colour: str) -> bool:
        """Check whether a colour that a number format names is that of the cell's background."""
        return colour == "white" and _near(_WHITE, self._fill(style))

    def is_raised(self, style: int) -> bool:
        """Check whether a cell's whole text is a superscript or subscript."""
        return self._font(style).vertAlign in ("superscript", "subscript")

    def hiding_rules(self, formatting: Iterable[Any]) -> list[tuple[Any, Any, str]]:
        """List conditional formatting that can hide a cell: ranges, rule, and what it does."""
        return [
            (block.cells, rule, why)
            for block in formatting
            for rule in block.rules
            if (why := self._why_rule_hides(rule))
        ]

    def _why_rule_hides(self, rule: Any) -> str:  # noqa: ANN401
        pictures = (rule.iconSet, rule.dataBar)
        if any(shape is not None and shape.showValue is False for shape in pictures):
            return "shows a picture in place of the figure"
        if rule.dxfId is None:
            return ""
        look = self._book._differential_styles.styles[rule.dxfId]
        if look.numFmt is not None:
            return "shows the figure in another number format"
        font, fill = look.font, look.fill
        if font is not None and font.strike:
            return "strikes the figure through"
        background = _WHITE if fill is None else self._rgb(fill.bgColor, _WHITE)
        if font is not None and font.color is not None and self._invisible(font.color, background):
            return "shows the figure in the colour of its background"
        return ""

    def _why_hidden(self, style: int) -> str:
        font = self._font(style)
        alignment = self._book._alignments[self._book._cell_styles[style].alignmentId]
        if alignment.horizontal == "fill":
            return "text repeated to fill its cell"
        return self._unreadable(font, font.name or "") or self._invisible(
            font.color, self._fill(style)
        )

    def _unreadable(self, font: Any, name: str) -> str:  # noqa: ANN401
        if font.strike:
            return _STRUCK
        if _SYMBOLS.fullmatch(name):
            return f"pictures in place of text (font {name})"
        if font.sz is not None and font.sz < _SMALLEST:
            return f"text of {font.sz:g} points"
        return ""

    def _invisible(self, colour: Any, background: Colour | None) -> str:  # noqa: ANN401
        return BACKGROUND if _near(self._rgb(colour, _BLACK), background) else ""

    def _font(self, style: int) -> Any:  # noqa: ANN401
        return self._book._fonts[self._book._cell_styles[style].fontId]

    def _fill(self, style: int) -> Colour | None:
        """Return the background of a cell; None for a pattern of two colours."""
        fill = self._book._fills[self._book._cell_styles[style].fillId]
        pattern = getattr(fill, "patternType", "gradient")
        if pattern == "solid":
            return self._rgb(fill.fgColor, _WHITE)
        return _WHITE if pattern in (None, "none") else None

    def _rgb(self, colour: Any, default: Colour) -> Colour | None:  # noqa: ANN401
        """Return red, green and blue; None for a colour that the workbook does not define."""
        if colour is None or colour.type == "auto":
            return default
        if colour.type == "rgb":
            plain: Colour | None = _parsed(str(colour.rgb)[-6:])
        elif colour.type == "theme":
            plain = self._theme.get(colour.theme)
        elif colour.indexed in (_SYSTEM_BLACK, _SYSTEM_WHITE):
            plain = _BLACK if colour.indexed == _SYSTEM_BLACK else _WHITE
        else:
            palette = self._book._colors
            known = 0 <= colour.indexed < len(palette)
            plain = _parsed(str(palette[colour.indexed])[-6:]) if known else None
        return _tinted(plain, colour.tint) if plain and colour.tint else plain

    @cached_property
    def _theme(self) -> dict[int, Colour | None]:
        found: dict[int, Colour | None] = {0: _WHITE, 1: _BLACK}
        for name, attributes in _THEME.findall(self._book.loaded_theme or b""):
            if match := _THEME_COLOUR.search(attributes.decode("ascii", "replace")):
                found[_THEME_ORDER.index(name.decode())] = _parsed(match[1])
        return found


def rule_hits(rule: Any, value: object) -> bool:  # noqa: ANN401
    """Check whether a conditional rule may apply to a cell; it may unless it compares numbers."""
    compare = _RULES.get(rule.operator or "")
    if rule.type != "cellIs" or compare is None or not isinstance(value, int | float):
        return True
    try:
        return bool(compare(value, float(rule.formula[0])))
    except (ValueError, IndexError):
        return True  # a comparison with another cell


def _near(one: Colour | None, two: Colour | None) -> bool:
    if one is None or two is None:
        return False
    return all(abs(a - b) <= _ALIKE for a, b in zip(one, two, strict=True))


def _parsed(text: str) -> Colour | None:
    if not re.fullmatch("[0-9A-Fa-f]{6}", text):
        return None
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def _tinted(colour: Colour, tint: float) -> Colour:
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    red, green, blue = colorsys.hls_to_rgb(hue, min(1, max(0, light)), saturation)
    return round(red * 255), round(green * 255), round(blue * 255)

"""A number is read as its spreadsheet shows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.intake.files.number_formats import displayed, displayed_text


@pytest.mark.parametrize(
    ("number", "number_format", "shown"),
    [
        (0.123, "0.0%", "12.3%"),
        (0.1235, "0.0%", "12.4%"),  # half a tenth goes up, as spreadsheets round
        (0.5, "0%", "50%"),
        (1234, "General", "1234"),
        (1234.0, "General", "1234"),
        (26.4, "General", "26.4"),
        (0.1 + 0.2, "General", "0.3"),
        (1234, "#,##0", "1,234"),
        (1234567.5, "#,##0.0", "1,234,567.5"),
        (0, "#,##0", "0"),
        (26.45, "0.0", "26.5"),
        (1e16, "General", "10000000000000000"),
        (1000, "General", "1000"),
        (185, "", "185"),
        (185, "@", "185"),
        (1234, "#,##0_);[Red]\\(#,##0\\)", "1,234"),
        (-3, "0", "-3"),
        (-0.4, "0", "0"),
        (-3, '#,##0_);[Red]"x"0', "x3"),  # a section for negative numbers adds no minus
        (-3, "0;-0;0", "-3"),
        (-3, "0;", ""),
        (0, '0;-0;"c"', "c"),
        (0, "#", ""),
        (3, ";;;", ""),
        (3, ";;;@", ""),
        (3, '"c"', "c"),
        (3, '[<6]"c";#,##0', "c"),
        (6, '[<6]"c";#,##0', "6"),
        (1234, '[<6]"c";#,##0', "1,234"),
        (3, '[<=5]"[c]";[>5]0', "[c]"),
        (0, '[=0]0;[<6]"c";0', "0"),
        (5, '[=0]0;[<6]"c";0', "c"),
        (185, '[=0]0;[<6]"c";0', "185"),
        (0, '_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', "-"),
        (1234, '_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', "1,234"),
        (-1234, '_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', "-1,234"),
        (12.3, '0.0"%"', "12.3%"),
        (12, "0\\%", "12%"),
        (185, '0" children"', "185 children"),
        (185, "[Red]0", "185"),
        (185, "[Color 10]0", "185"),
        (185, "[$-809]#,##0", "185"),
        (185, "[$\u00a3-809]#,##0", "\u00a3185"),
        (185, "??0", "185"),
        (1.5, "0.??", "1.5"),
        (185, "0.##", "185"),
        (28, "000", "028"),
        (2023, '0"-24"', "2023-24"),
        (185, 'General" "', "185"),
    ],
)
def test_a_number_is_read_as_it_is_shown(number: float, number_format: str, shown: str) -> None:
    assert displayed(number, number_format) == shown


@pytest.mark.parametrize(
    ("number", "number_format"),
    [
        (3000, "0,"),  # shown in thousands
        (3000000, "#,##0,,"),
        (0.5, "# ?/?"),
        (185, "0.00E+00"),
        (5, "dd/mm/yyyy;@"),
        (0.5, "[h]:mm"),
        (1234, "# ##0"),
        (12345, "000-00"),
        (3, "0*x"),
        (-3, '"c"'),  # shown with a minus, or not
        (-3, "[<6]0;0.0"),
        (5, "[>=100]0;0.0;0.00"),  # which of the two others shows it depends on the program
        (5, "[<1]0;[>10]0.0"),  # no section is for it
        (3, '"open'),
        (3, "[DBNum1]0"),
        (3, "0;0;0;0;0"),
    ],
)
def test_a_format_that_cannot_be_followed_is_none(number: float, number_format: str) -> None:
    assert displayed(number, number_format) is None


@pytest.mark.parametrize(
    ("text", "number_format", "shown"),
    [
        ("c", "General", "c"),
        ("c", "0.0", "c"),
        ("c", "dd/mm/yyyy", "c"),
        ("185", ";;;", ""),
        ("185", ";;;@", "185"),
        ("185", '0;0;0;"c"', "c"),
        ("185", '@" children"', "185 children"),
    ],
)
def test_a_text_is_read_as_it_is_shown(text: str, number_format: str, shown: str) -> None:
    assert displayed_text(text, number_format) == shown


@given(
    st.floats(allow_nan=False, allow_infinity=False), st.text('0#?,.%;"[]<>=@_*\\c6-', max_size=12)
)
def test_no_format_makes_the_reader_raise(number: float, number_format: str) -> None:
    shown = displayed(number, number_format)
    assert shown is None or shown == shown.strip()
    text = displayed_text("c", number_format)
    assert text is None or isinstance(text, str)

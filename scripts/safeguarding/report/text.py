"""Text from data, made fit to be shown."""

from __future__ import annotations

# Characters that are not shown, and what stands for them: controls and halves of characters are
# spaces; marks that turn the direction of other text, and what XML forbids, go.
CLEANED: dict[int, str | None] = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)), " "),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF)),
}


def clean(text: str) -> str:
    """Make one line of text that XML can hold and that leaves its neighbours alone.

    Control characters and halves of characters become spaces, marks that turn the direction of the
    text go, runs of white space become one space.
    """
    return " ".join(text.translate(CLEANED).split())

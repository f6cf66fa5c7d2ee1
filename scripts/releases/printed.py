"""Tables laid out as reports print them: periods across, rows down."""

from __future__ import annotations

from releases.grid import Sheet
from releases.long_sheets import Answers
from releases.model import Extract
from releases.vocabulary import Vocabulary


def read_printed(sheet: Sheet, vocabulary: Vocabulary, answers: Answers) -> Extract:
    """Not yet."""
    return Extract()

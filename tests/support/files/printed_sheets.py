"""A printed table as its reader takes it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from conftest import PROJECT
from safeguarding.intake.answers import Answers
from safeguarding.intake.files.delimited import parse_csv
from safeguarding.intake.new_figures import Extract
from safeguarding.intake.wording.printed_tables import read_printed
from safeguarding.intake.wording.vocabulary import Vocabulary

VOCABULARY = Vocabulary.of(PROJECT)


def printed_sheet(rows: Sequence[Sequence[object]], name: str = "t.csv") -> Extract:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    sheet, problems = parse_csv(text.getvalue(), name)
    assert sheet, problems
    return read_printed(sheet, VOCABULARY, Answers())

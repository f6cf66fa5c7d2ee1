"""What stands on everything that is not for the public."""

from __future__ import annotations

import os

import duckdb

from safeguarding.disclosure.control import Audience
from safeguarding.published.stamp import audience_of

INTERNAL = "INTERNAL"
CONTACT_SETTING = "SAFEGUARDING_CONTACT"  # environment variable: whom to ask
PREFIX = f"{INTERNAL}_"  # of file names; no hyphen, so that tools make a name of it as it is
WARNING = (
    "Small counts are shown: a child could be recognised. For use within the authority only."
    " Do not publish."
)


def contact_set() -> str:
    """Whom to ask about what is published, as the setting says; empty if it does not."""
    return " ".join(os.environ.get(CONTACT_SETTING, "").split())


def label_for(audience: Audience) -> str:
    """The word for an audience; none for the public."""
    return "" if audience is Audience.PUBLIC else INTERNAL


def label_of(connection: duckdb.DuckDBPyConnection) -> str:
    """The word for the audience that a database was released to; none if it does not say."""
    return INTERNAL if audience_of(connection) == Audience.INTERNAL else ""


def labelled(text: str, label: str) -> str:
    """A title with the word before it."""
    return f"{label}: {text}" if label else text


def file_name(name: str, label: str) -> str:
    """A file's name with the word before it, for when the file is passed on alone."""
    return f"{PREFIX}{name}" if label else name

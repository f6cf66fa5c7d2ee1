"""Say what is being done where that takes more than a moment."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise

QUIET = "--quiet"
_VARIABLE = "SAFEGUARDING_QUIET"


def heed(arguments: Sequence[str]) -> list[str]:
    """Be quiet if arguments ask for it, or for JSON; returns the arguments without that wish."""
    asks = pairwise(arguments)
    is_json = ("--format", "json") in asks or "--format=json" in arguments
    os.environ[_VARIABLE] = "1" if QUIET in arguments or is_json else ""
    return [each for each in arguments if each != QUIET]


def is_quiet() -> bool:
    """Whether only results and problems are wanted."""
    return bool(os.environ.get(_VARIABLE))


def say(doing: str) -> None:
    """Say what begins: on standard error, so that results can be piped."""
    if doing and not is_quiet():
        print(f"{doing} ...", file=sys.stderr, flush=True)

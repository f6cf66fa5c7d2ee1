"""Find which kinds of records a folder has, and have each read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from safeguarding.records import ssd_files
from safeguarding.records.canonical import Read, Store
from safeguarding.records.request import RecordsError, Request, problem

Reader = Callable[[Request, Store], Read]


def _read_ssd(request: Request, store: Store) -> Read:
    return ssd_files.read_tables(request.folder, store)


READERS: dict[str, Reader] = {"ssd": _read_ssd}


def read_source(request: Request, sources: Sequence[str], store: Store) -> list[Read]:
    """Read the records of a folder into the store.

    Args:
        request: What is asked for.
        sources: Kinds of source; by default those that the folder has.
        store: Where the tables go.

    Raises:
        RecordsError: A source cannot be read.
    """
    chosen = list(dict.fromkeys(sources)) or ["ssd"]
    unknown = [source for source in chosen if source not in READERS]
    if unknown:
        raise RecordsError(
            problem("--source", f"'{source}'", f"one of {', '.join(READERS)}") for source in unknown
        )
    return [READERS[source](request, store) for source in chosen]

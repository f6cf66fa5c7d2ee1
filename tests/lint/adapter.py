"""Stands in for dbt's `adapter` object when SQL is linted."""

from collections.abc import Callable


def dispatch(macro_name: str, _package: str) -> Callable[..., str]:
    """Render a dispatched macro as a call of a function of its name: enough to lint around it.

    One without arguments gives a keyword or nothing: nothing will do.
    """

    def call(*arguments: str) -> str:
        return f"{macro_name}({arguments[0]})" if arguments else ""

    return call

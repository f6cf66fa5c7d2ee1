"""Stands in for dbt's cross-database macros when SQL is linted."""


def type_string() -> str:
    """Name the engine's type for text."""
    return "varchar"

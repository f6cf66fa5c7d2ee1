"""Financial years as the warehouse names them."""

from __future__ import annotations


def financial_year(start: int) -> str:
    """Name the financial year that begins in April of a year: `2022-23` for 2022."""
    return f"{start}-{(start + 1) % 100:02d}"


def year_after(period: str, years: int = 1) -> str:
    """Name the financial year some years after that of a period; before it if negative."""
    return financial_year(int(period[:4]) + years)

"""What facts and checks share: keys, reading, and numbers in whole hundredths.

Numbers are whole hundredths in float64 columns until they are handed out: their sums and
differences are exact, and NaN stands for a missing figure.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.contents import (
    FINDING_COLUMNS,
    PARAMETER_SCALE,
    YEAR,
    period_number,
)

FIGURE = ["local_authority_code", "measure_id", "category_id", "period_id", "unit"]
PRINTED = ["release_id", *FIGURE]
MEASURE = ["release_id", "local_authority_code", "period_id", "measure_id"]
COUNT = [*MEASURE, "category_id"]
PERIOD = ["release_id", "local_authority_code", "period_id"]
QUARTERS = 4
# What the facts and revisions need to know of a figure besides what it is of.
GIVEN = ["release_order", "source_line", "value", "definition_number", "is_latest_release"]


def read(folder: Path, name: str, columns: list[str] | None = None) -> pd.DataFrame:
    """One extract: every column text, blank cells missing."""
    return pd.read_parquet(folder / name, columns=columns)


def read_reference(reference: Path, name: str) -> pd.DataFrame:
    """One reference list: every column text, blank cells missing."""
    return pd.read_csv(reference / f"{name}.csv", dtype="str", keep_default_na=False, na_values="")


def finding(
    check_id: str | pd.Series,
    rows: pd.DataFrame,
    *,
    printed: pd.Series | float = np.nan,
    expected: pd.Series | float = np.nan,
    tolerance: pd.Series | float = np.nan,
) -> pd.DataFrame:
    """Findings in the columns that every check returns; `rows` carries the keys.

    Printed, expected and tolerance are hundredths; the columns are in printed units.
    """
    found = rows.assign(
        check_id=check_id,
        printed_value=printed,
        expected_value=expected,
        tolerance=tolerance,
    )
    if "category_id" not in found:
        found["category_id"] = pd.Series(dtype="str")
    numbers = ["printed_value", "expected_value", "tolerance"]
    found[numbers] = found[numbers].astype("float64") / 100
    return found[[*FINDING_COLUMNS]]


def check_parameters(reference: Path) -> dict[str, int]:
    """Each check's parameter in whole ten-thousandths."""
    checks = read_reference(reference, "quality_checks").dropna(subset="parameter")
    scaled = (checks["parameter"].astype("float64") * PARAMETER_SCALE).round().astype(int)
    return dict(zip(checks["check_id"], scaled, strict=True))


def changes_of_stock(counts: pd.DataFrame, measure_id: str) -> pd.DataFrame:
    """A measure's change on the year before, where that is the year directly before."""
    stocks = counts[counts["measure_id"] == measure_id].sort_values("period_id")
    series = ["release_id", "local_authority_code", "definition_number"]
    before = stocks.groupby(series)[["value", "period_id"]].shift()
    stocks = stocks.assign(
        value_before=before["value"], change=stocks["value"] - before["value"]
    ).loc[before["value"].notna()]
    earlier = period_numbers(before.loc[stocks.index, "period_id"])
    return stocks[period_numbers(stocks["period_id"]) == earlier + YEAR]


def implied_whole(
    part: pd.Series, share: pd.Series, places: pd.Series, per: int
) -> tuple[pd.Series, pd.Series]:
    """Bounds, in hundredths, of the whole that a part and its rounded share imply."""
    half = half_unit(places)
    least = to_hundredths(per * part / (share + half))
    greatest = to_hundredths(per * part / (share - half).where(share > half))
    return least, greatest


def half_unit(places: pd.Series) -> pd.Series:
    """Half a unit of the last decimal place, in hundredths."""
    return 50 / 10.0**places


def period_numbers(periods: pd.Series) -> pd.Series:
    """Numbers that sort years and the quarters of each."""
    return periods.map({period: period_number(period) for period in periods.unique()})


def percentage(part: pd.Series, total: pd.Series) -> pd.Series:
    """A share in per cent, rounded to two decimals; missing where the base is zero."""
    return half_away(100 * part / total.where(total != 0) * 100) / 100


def to_hundredths(numbers: pd.Series) -> pd.Series:
    """Numbers as whole hundredths."""
    return half_away(numbers * 100)


def whole(hundredths: pd.Series) -> pd.Series:
    """Hundredths rounded to whole numbers, as hundredths."""
    return half_away(hundredths / 100) * 100


def half_away(numbers: pd.Series) -> pd.Series:
    """Numbers rounded to whole ones, a half away from zero."""
    return np.sign(numbers) * np.floor(numbers.abs() + 0.5)

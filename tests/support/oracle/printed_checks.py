"""Checks of what one release prints in one place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.contents import (
    LEADING_ZERO,
    PARAMETER_SCALE,
    WHITE_SPACE,
)
from support.oracle.arithmetic import (
    COUNT,
    MEASURE,
    PERIOD,
    PRINTED,
    finding,
    half_unit,
    percentage,
    read,
    read_reference,
)


def check_impossible_value(given: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """Counts that are negative or not whole, percentages outside 0 to 100, leading zeros."""
    rows = given.merge(measures[["measure_id", "may_be_negative"]], how="left", on="measure_id")
    is_part = (rows["unit"] == "count") & (rows["value"] % 100 != 0)
    printed = rows["value_as_printed"]
    joined = printed.str.replace(WHITE_SPACE, "", regex=True)
    has_zero = joined.str.fullmatch(LEADING_ZERO, na=False)
    is_negative = (rows["value"] < 0) & (rows["may_be_negative"] == "false")
    is_above = (rows["unit"] == "percent") & (rows["value"] > 100 * 100)
    wrong = is_part | has_zero | is_negative | is_above
    rows = rows[wrong]
    return finding("impossible_value", rows, printed=rows["value"])


def check_percentage_of_base(
    given: pd.DataFrame, counts: pd.DataFrame, totals: pd.DataFrame, bases: pd.DataFrame
) -> pd.DataFrame:
    """Printed percentages that are not their numerator over their base."""
    rows = given[given["unit"] == "percent"].merge(bases, on="measure_id")
    rows = rows.merge(
        counts[[*COUNT, "value"]].rename(
            columns={"measure_id": "numerator_measure_id", "value": "numerator"}
        ),
        on=[*PERIOD, "numerator_measure_id", "category_id"],
    )
    base = totals.loc[totals["is_complete"], [*MEASURE, "total"]]
    rows = rows.merge(
        base.rename(columns={"measure_id": "base_measure_id", "total": "base"}),
        on=[*PERIOD, "base_measure_id"],
    )
    distance = (rows["value"] * rows["base"] - 10_000 * rows["numerator"]).abs()
    rows = rows[distance > half_unit(rows["decimals"]) * rows["base"]]
    expected = percentage(rows["numerator"], rows["base"])
    return finding(
        "percentage_of_base",
        rows,
        printed=rows["value"],
        expected=expected * 100,
        tolerance=half_unit(rows["decimals"]),
    )


def check_shares_sum_to_100(
    figures: pd.DataFrame, bases: pd.DataFrame, parameters: dict[str, int]
) -> pd.DataFrame:
    """Columns of shares of one whole that sum to something else, beyond their rounding."""
    is_whole = (bases["measure_id"] == bases["base_measure_id"]) & (
        bases["base_is_sum_of_categories"] == "true"
    )
    is_share = (
        (figures["unit"] == "percent")
        & figures["category_id"].notna()
        & figures["measure_id"].isin(bases.loc[is_whole, "measure_id"])
    )
    shares = figures[is_share]
    sums = (
        shares.assign(half_unit=half_unit(shares["decimals"]))
        .groupby(MEASURE)
        .agg(
            source_line=("source_line", "min"),
            total=("value", "sum"),
            tolerance=("half_unit", "sum"),
            rows=("unit", "size"),
            given=("value", "count"),
        )
        .reset_index()
    )
    whole = parameters["shares_sum_to_100"] * 100 / PARAMETER_SCALE
    is_off = (sums["total"] - whole).abs() > sums["tolerance"].round(2)
    wrong = sums[is_off & (sums["rows"] == sums["given"])].assign(unit="percent")
    return finding(
        "shares_sum_to_100",
        wrong,
        printed=wrong["total"],
        expected=whole,
        tolerance=wrong["tolerance"],
    )


def check_figure_relations(totals: pd.DataFrame, reference: Path) -> pd.DataFrame:
    """Counts that do not equal, or fall below, what the register of relations compares with."""
    relations = read_reference(reference, "figure_relations").astype({"sign": int})
    is_of_all = relations["local_authority_code"].isna()
    relations = relations[is_of_all].drop(columns="local_authority_code")
    check = ["check_id", "measure_id"]
    relations["operands"] = relations.groupby(check)["operand_measure_id"].transform("size")
    operands = totals[[*MEASURE, "total", "is_complete"]].rename(
        columns={"measure_id": "operand_measure_id", "total": "operand"}
    )
    pairs = (
        totals[totals["is_complete"]]
        .merge(relations, on="measure_id")
        .merge(operands, on=[*PERIOD, "operand_measure_id"], suffixes=("", "_operand"))
    )
    # Parts known in part are still a least sum.
    pairs = pairs[pairs["is_complete_operand"] | (pairs["relation"] == "at_least")]
    pairs["signed"] = pairs["sign"] * pairs["operand"]
    compared = pairs.groupby(
        [*MEASURE, "check_id", "relation", "source_line", "total", "operands"], as_index=False
    ).agg(expected=("signed", "sum"), found=("operand", "size"))
    is_complete = compared["found"] == compared["operands"]
    is_unequal = (compared["relation"] == "equals") & (compared["total"] != compared["expected"])
    is_below = (compared["relation"] == "at_least") & (compared["total"] < compared["expected"])
    wrong = compared[(is_unequal & is_complete) | is_below]
    wrong = wrong.assign(unit="count")
    return finding(
        wrong["check_id"],
        wrong,
        printed=wrong["total"],
        expected=wrong["expected"],
        tolerance=0,
    )


def check_same_count_printed_twice(given: pd.DataFrame) -> pd.DataFrame:
    """Things that one release prints two different figures for."""
    repeated = given[given.duplicated(PRINTED, keep=False)].sort_values("source_line")
    pairs = (
        repeated.groupby(PRINTED, dropna=False)
        .agg(
            source_line=("source_line", "first"),
            first=("value", "first"),
            last=("value", "last"),
            least=("value", "min"),
            greatest=("value", "max"),
        )
        .reset_index()
    )
    wrong = pairs[pairs["least"] != pairs["greatest"]]
    return finding(
        "same_count_printed_twice",
        wrong,
        printed=wrong["first"],
        expected=wrong["last"],
        tolerance=0,
    )


def check_printed_precision(given: pd.DataFrame) -> pd.DataFrame:
    """Figures with more decimals than the register of rounding gives them."""
    step = 10 ** (2 - given["decimals"].clip(upper=2))
    wrong = given[given["value"] % step != 0]
    step = step[wrong.index]
    return finding(
        "printed_precision",
        wrong,
        printed=wrong["value"],
        expected=np.floor(wrong["value"] / step + 0.5) * step,
        tolerance=0,
    )


def check_figure_missing(figures: pd.DataFrame) -> pd.DataFrame:
    """Cells that have no figure although their row and column are printed."""
    rows = figures[figures["is_missing"] & (figures["marker"] == "x")]
    return finding("figure_missing", rows)


def check_table_missing(figures: pd.DataFrame, folder: Path, reference: Path) -> pd.DataFrame:
    """Tables that an earlier release of the authority printed and a later one does not."""
    tables = read_reference(reference, "published_tables")
    tables = tables[tables["period_type"] != "any"]
    tables = tables.assign(is_annual=tables["period_type"] == "financial_year")
    table = ["release_id", "release_order", "local_authority_code", "table_id"]
    printed = figures[table].drop_duplicates().merge(tables, on="table_id")
    releases = printed.groupby(table[:3], as_index=False)["is_annual"].max()
    first = printed.groupby(
        ["local_authority_code", "table_id", "table_name", "is_annual"], as_index=False
    )["release_order"].min()
    due = releases.merge(first, on="local_authority_code", suffixes=("", "_first"))
    due = due[
        (due["release_order"] > due["release_order_first"])
        & (due["is_annual"] >= due["is_annual_first"])
    ]
    due = due.merge(printed[table], how="left", on=table, indicator="where")
    years = read(folder, "releases")[["release_id", "financial_year"]]
    rows = read_reference(reference, "published_rows")
    first_measures = rows.groupby("table_id", as_index=False)["measure_id"].min()
    wrong = due[due["where"] == "left_only"].merge(years, on="release_id")
    wrong = wrong.merge(first_measures, on="table_id").assign(
        category_id=pd.Series(dtype="str"), unit=pd.Series(dtype="str"), source_line=np.nan
    )
    wrong = wrong.rename(columns={"financial_year": "period_id"})
    return finding("table_missing", wrong)

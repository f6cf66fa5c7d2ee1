"""Checks of one figure against the others of its series, or of its year."""

from __future__ import annotations

import pandas as pd

from benchmarks.contents import (
    LEAST_HISTORY,
    OUTLIER_FACTOR,
    PARAMETER_SCALE,
)
from support.oracle.arithmetic import (
    MEASURE,
    PERIOD,
    QUARTERS,
    changes_of_stock,
    finding,
    implied_whole,
    to_hundredths,
    whole,
)


def check_rates_imply_one_population(populations: pd.DataFrame) -> pd.DataFrame:
    """Rates of one year that no single population can explain."""
    wrong = populations[populations["lower_bound"] > populations["upper_bound"]]
    return finding(
        "rates_imply_one_population",
        wrong,
        printed=wrong["lower_bound"],
        expected=wrong["upper_bound"],
        tolerance=0,
    )


def check_population_between_years(
    populations: pd.DataFrame, parameters: dict[str, int]
) -> pd.DataFrame:
    """Years whose rates imply a population far from that of the year before."""
    rows = populations[populations["lower_bound"] <= populations["upper_bound"]]
    rows = rows.assign(population=whole((rows["lower_bound"] + rows["upper_bound"]) / 2))
    rows = rows.sort_values("period_id")
    columns = ["population", "lower_bound", "upper_bound"]
    series = ["release_id", "local_authority_code", "measure_id", "definition_number"]
    rows[[f"{name}_before" for name in columns]] = rows.groupby(series)[columns].shift()
    change = parameters["population_between_years"]
    is_above = (
        PARAMETER_SCALE * rows["lower_bound"]
        > (PARAMETER_SCALE + change) * (rows["upper_bound_before"])
    )
    is_below = (
        PARAMETER_SCALE * rows["upper_bound"]
        < (PARAMETER_SCALE - change) * (rows["lower_bound_before"])
    )
    wrong = rows[is_above | is_below]
    return finding(
        "population_between_years",
        wrong,
        printed=wrong["population"],
        expected=wrong["population_before"],
        tolerance=change * wrong["population_before"] / PARAMETER_SCALE,
    )


def check_cla_stock_and_flows(counts: pd.DataFrame, parameters: dict[str, int]) -> pd.DataFrame:
    """Years whose change in children looked after is not the sum of the quarters' flows."""
    entered = counts[counts["measure_id"] == "care_entered"]
    left = counts[counts["measure_id"] == "care_left"]
    quarters = entered.merge(left, on=PERIOD, suffixes=("", "_left"))
    quarters["net_change"] = quarters["value"] - quarters["value_left"]
    quarters["period_id"] = quarters["period_id"].str[:7]
    years = (
        quarters.groupby(PERIOD)
        .agg(
            net_change=("net_change", "sum"),
            quarters=("net_change", "size"),
            entered_definitions=("definition_number", "nunique"),
            left_definitions=("definition_number_left", "nunique"),
        )
        .reset_index()
    )
    is_whole = (
        (years["quarters"] == QUARTERS)
        & (years["entered_definitions"] == 1)
        & (years["left_definitions"] == 1)
    )
    stocks = changes_of_stock(counts, "cla_at_year_end")
    rows = stocks.merge(years.loc[is_whole, [*PERIOD, "net_change"]], on=PERIOD)
    late = parameters["cla_stock_and_flows"]
    difference = (rows["change"] - rows["net_change"]).abs()
    wrong = rows[PARAMETER_SCALE * difference > late * rows["value_before"]]
    return finding(
        "cla_stock_and_flows",
        wrong,
        printed=wrong["change"],
        expected=wrong["net_change"],
        tolerance=late * wrong["value_before"] / PARAMETER_SCALE,
    )


def check_cpp_stock_and_flows(
    counts: pd.DataFrame, totals: pd.DataFrame, given: pd.DataFrame
) -> pd.DataFrame:
    """Years whose plans ended, by stocks and new plans, contradict the share of long ones."""
    is_started = (totals["measure_id"] == "cpp_started") & totals["is_complete"]
    started = totals.loc[is_started, [*PERIOD, "total"]]
    ended = counts.loc[counts["measure_id"] == "cpp_ended_after_2_years", [*PERIOD, "value"]]
    is_share = (given["measure_id"] == "cpp_ended_after_2_years") & (given["unit"] == "percent")
    shares = given.loc[is_share, [*PERIOD, "value", "decimals"]]
    rows = (
        changes_of_stock(counts, "cpp_at_year_end")
        .merge(started.rename(columns={"total": "started"}), on=PERIOD)
        .merge(ended.rename(columns={"value": "ended"}), on=PERIOD)
        .merge(shares.rename(columns={"value": "share"}), on=PERIOD)
    )
    rows["ends"] = rows["started"] - rows["change"]
    rows["least"], rows["greatest"] = implied_whole(
        rows["ended"], rows["share"], rows["decimals"], 100
    )
    is_outside = (rows["ends"] < rows["least"]) | (rows["ends"] > rows["greatest"])
    wrong = rows[is_outside].assign(
        measure_id="cpp_started", unit="count", category_id=pd.Series(dtype="str")
    )
    return finding(
        "cpp_stock_and_flows",
        wrong,
        printed=wrong["ends"],
        expected=to_hundredths((wrong["least"] + wrong["greatest"]) / 100 / 2),
        tolerance=(wrong["greatest"] - wrong["least"]) / 2,
    )


def check_jump(latest: pd.DataFrame, parameters: dict[str, int]) -> pd.DataFrame:
    """Changes far beyond what the series has shown before."""
    rows = latest[latest["value"].notna()].reset_index(drop=True)
    rows["series"] = rows.groupby(
        [
            "local_authority_code",
            "measure_id",
            "category_id",
            "unit",
            "is_annual",
            "definition_number",
        ],
        dropna=False,
    ).ngroup()
    series = rows.groupby("series")
    rows["value_before"] = series["value"].shift()
    rows["change"] = (rows["value"] - rows["value_before"]).abs()
    changes_before = series.cumcount() - 1
    # Each change beside the median of those before it: what is out of all proportion is not usual.
    median = series["change"].expanding().median().droplevel(0).reindex(rows.index)
    median = median.groupby(rows["series"]).shift()
    is_usual = (changes_before < LEAST_HISTORY) | (rows["change"] <= OUTLIER_FACTOR * median)
    rows["usual"] = rows["change"].where(is_usual)
    rows["greatest"] = series["usual"].cummax()
    rows["greatest"] = series["greatest"].ffill()
    rows["greatest"] = series["greatest"].shift()
    factor = parameters["jump"]
    wrong = rows[
        (changes_before >= LEAST_HISTORY)
        & (PARAMETER_SCALE * rows["change"] > factor * rows["greatest"])
    ]
    return finding(
        "jump",
        wrong,
        printed=wrong["value"],
        expected=wrong["value_before"],
        tolerance=factor * wrong["greatest"] / PARAMETER_SCALE,
    )


def check_label_vanished(counts: pd.DataFrame, parameters: dict[str, int]) -> pd.DataFrame:
    """Categories that fall to next to nothing while another rises from zero."""
    rows = counts[counts["category_id"].notna()].sort_values("period_id")
    series = [
        "release_id",
        "local_authority_code",
        "measure_id",
        "category_id",
        "definition_number",
    ]
    rows["value_before"] = rows.groupby(series)["value"].shift()
    appeared = rows[(rows["value_before"] == 0) & (rows["value"] > 0)][MEASURE].drop_duplicates()
    share = parameters["label_vanished"]
    fallen = rows[PARAMETER_SCALE * rows["value"] < share * rows["value_before"]]
    wrong = fallen.merge(appeared, on=MEASURE)
    return finding(
        "label_vanished",
        wrong,
        printed=wrong["value"],
        expected=wrong["value_before"],
        tolerance=(PARAMETER_SCALE - share) * wrong["value_before"] / PARAMETER_SCALE,
    )

"""The labelled figures, the conformed facts and the revisions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.contents import (
    BLANK_MARKER,
    FIGURE_COLUMNS,
    MINUS,
    NUMBER,
    WHITE_SPACE,
    from_releases,
    label_key,
    period_id,
    row_label_key,
    share_of_all,
)
from safeguarding.published.facts import Fact
from support.oracle.arithmetic import (
    COUNT,
    FIGURE,
    GIVEN,
    MEASURE,
    PERIOD,
    PRINTED,
    half_away,
    implied_whole,
    percentage,
    period_numbers,
    read,
    read_reference,
    to_hundredths,
)


def labelled_figures(folder: Path, reference: Path) -> pd.DataFrame:
    """Every printed figure with what it measures: one row for each, as `fct_observations`."""
    printed = read(folder, "figures", list(FIGURE_COLUMNS)).astype("str")
    printed["period_id"] = by_wording(printed["period_label"], period_id)
    printed["source_line"] = pd.to_numeric(printed["source_line"], errors="coerce")
    number = number_text(printed["value_as_printed"])
    printed["value"] = to_hundredths(number.astype("float64"))
    point = number.str.find(".")
    printed["decimals_printed"] = (number.str.len() - point - 1).where(point >= 0, 0.0)
    printed.loc[number.isna(), "decimals_printed"] = np.nan
    printed["is_missing"] = printed["value"].isna()
    markers = read_reference(reference, "value_markers").set_index("marker_as_printed")["marker"]
    unread = printed.loc[number.isna(), "value_as_printed"]
    keys = by_wording(unread, label_key).fillna(BLANK_MARKER)
    printed["marker"] = keys.map(markers).reindex(printed.index)
    releases = ordered_releases(folder)
    figures = printed.merge(releases[["release_id", "release_order"]], how="left", on="release_id")
    figures = figures.merge(
        row_labels(figures, reference),
        how="left",
        on=["local_authority_code", "table_id", "row_label", "unit"],
    )
    figures["decimals"] = decimals(figures, read(folder, "printed_precision"))
    figures["definition_number"] = definition_numbers(figures, folder, releases)
    newest = figures.groupby(FIGURE, dropna=False)["release_order"].transform("max")
    figures["is_latest_release"] = figures["release_order"] == newest
    return figures


def number_text(text: pd.Series) -> pd.Series:
    """Digits, sign and point of printed numbers; missing where the text is no number."""
    joined = text.str.replace(WHITE_SPACE, "", regex=True)
    is_number = joined.str.fullmatch(NUMBER, na=False)
    digits = joined.str.replace("[,%]", "", regex=True).str.replace(MINUS, "-", regex=True)
    return digits.where(is_number)


def by_wording(labels: pd.Series, read_one: Callable[[str], str | None]) -> pd.Series:
    """Read each wording of a label once."""
    wordings = labels.dropna().unique()
    keys = pd.Series({label: read_one(label) for label in wordings}, dtype="str")
    return labels.map(keys).astype("str")


def ordered_releases(folder: Path) -> pd.DataFrame:
    """Releases in the order of publication, numbered from 1."""
    releases = read(folder, "releases")
    releases["published_date"] = pd.to_datetime(releases["published_date"], errors="coerce")
    releases = releases.sort_values(["published_date", "release_id"], ignore_index=True)
    releases["release_order"] = releases.index + 1
    return releases


def row_labels(figures: pd.DataFrame, reference: Path) -> pd.DataFrame:
    """Measure and category of each wording of a row's label; a council's own wording first."""
    wordings = figures[["local_authority_code", "table_id", "row_label", "unit"]].drop_duplicates()
    wordings["key"] = by_wording(wordings["row_label"], row_label_key)
    variants = read_reference(reference, "row_label_variants")
    variants["key"] = by_wording(variants["printed_label"], row_label_key)
    is_own = variants["local_authority_code"].notna()
    own = variants.loc[is_own, ["table_id", "key", "local_authority_code", "row_id"]]
    general = variants.loc[~is_own, ["table_id", "key", "row_id"]]
    wordings = wordings.dropna(subset="key").merge(
        own.astype("str").drop_duplicates(["table_id", "key", "local_authority_code"]),
        how="left",
        on=["table_id", "key", "local_authority_code"],
    )
    wordings = wordings.merge(
        general.drop_duplicates(["table_id", "key"]),
        how="left",
        on=["table_id", "key"],
        suffixes=("", "_general"),
    )
    wordings["row_id"] = wordings["row_id"].fillna(wordings["row_id_general"])
    rows = read_reference(reference, "published_rows")
    known = wordings.merge(rows, on=["table_id", "row_id", "unit"])
    return known[
        ["local_authority_code", "table_id", "row_label", "unit", "measure_id", "category_id"]
    ]


def decimals(figures: pd.DataFrame, precision: pd.DataFrame) -> pd.Series:
    """Decimals that each figure is rounded to: as registered, else as printed."""
    precision = precision.assign(registered=pd.to_numeric(precision["decimals"], errors="coerce"))
    keys = ["local_authority_code", "period_id", "unit"]
    of_measure = precision[precision["measure_id"].notna()]
    of_unit = precision[precision["measure_id"].isna()]
    measured = figures.merge(
        of_measure[[*keys, "measure_id", "registered"]], how="left", on=[*keys, "measure_id"]
    )
    united = figures.merge(of_unit[[*keys, "registered"]], how="left", on=keys)
    return measured["registered"].fillna(united["registered"]).fillna(figures["decimals_printed"])


def definition_numbers(
    figures: pd.DataFrame, folder: Path, releases: pd.DataFrame
) -> pd.Series | int:
    """Which definition each figure is on: 1 and one more for each break that applies to it."""
    breaks = read(folder, "series_breaks").merge(
        releases[["release_id", "release_order"]], on="release_id"
    )
    if breaks.empty:
        return 1
    keys = ["local_authority_code", "measure_id"]
    columns = [*keys, "category_id", "period_id", "release_order"]
    pairs = figures[columns].reset_index().merge(breaks[columns], on=keys, suffixes=("", "_break"))
    pairs = pairs.dropna(subset="period_id")
    applies = (
        (pairs["category_id_break"].isna() | (pairs["category_id_break"] == pairs["category_id"]))
        & (pairs["release_order"] >= pairs["release_order_break"])
        & (period_numbers(pairs["period_id"]) >= period_numbers(pairs["period_id_break"]))
    )
    number = pairs[applies].groupby("index")["period_id_break"].nunique()
    return 1 + number.reindex(figures.index, fill_value=0)


def release_figures(figures: pd.DataFrame, adjudications: pd.DataFrame) -> pd.DataFrame:
    """The one figure that each release gives for a thing, where it prints it more than once."""
    figures = figures[[*PRINTED, *GIVEN]]
    repeated = figures[figures.duplicated(PRINTED, keep=False)]
    values = repeated.groupby(PRINTED, dropna=False)["value"]
    is_disputed = values.transform("min") < values.transform("max")
    figures = figures.assign(is_disputed=is_disputed.reindex(figures.index, fill_value=False))
    lines = adjudications.assign(
        adjudicated_line=pd.to_numeric(adjudications["source_line"], errors="coerce")
    )
    figures = figures.merge(lines[[*PRINTED, "adjudicated_line"]], how="left", on=PRINTED)
    settled = figures[figures["source_line"] == figures["adjudicated_line"]]
    unsettled = figures[figures["adjudicated_line"].isna()]
    first = unsettled.sort_values("source_line", kind="stable").drop_duplicates(PRINTED)
    return pd.concat([settled, first])


def latest_figures(by_release: pd.DataFrame) -> pd.DataFrame:
    """Each figure as the latest release gives it, in the order of periods."""
    latest = by_release[by_release["is_latest_release"]].sort_values("period_id")
    latest["is_annual"] = latest["period_id"].str.len() == len("2022-23")
    before = latest.groupby(
        ["local_authority_code", "measure_id", "category_id", "unit", "is_annual"], dropna=False
    )["definition_number"].shift()
    latest["is_break_in_series"] = before.notna() & (before != latest["definition_number"])
    return latest


def conformed(latest: pd.DataFrame, fact: Fact) -> pd.DataFrame:
    """One conformed fact."""
    keys = ["local_authority_code", "period_id"] + (["category_id"] if fact.categories else [])
    columns = from_releases(fact)
    rows = latest[latest["measure_id"].isin([column.measure for column in columns])]
    table = (
        rows.sort_values("release_order")
        .groupby(keys, dropna=False)
        .agg(
            release_id=("release_id", "last"),
            is_disputed=("is_disputed", "any"),
            has_break_in_series=("is_break_in_series", "any"),
        )
    )
    for column in columns:
        is_column = (rows["measure_id"] == column.measure) & (rows["unit"] == column.unit)
        values = rows[is_column].groupby(keys, dropna=False)["value"]
        figures = (values.sum(min_count=1) if column.derived else values.max()) / 100
        table[column.column] = half_away(figures) if column.unit == "count" else figures
    table = table.reset_index()
    if fact.categories:
        table = table.rename(columns={"category_id": fact.categories.key})
        part = table[share_of_all(fact)]
        whole = part.groupby([table["local_authority_code"], table["period_id"]]).transform("sum")
        table["calculated_pct"] = percentage(part, whole)
    if "left_care" in table:
        table["calculated_net_change"] = table["entered_care"] - table["left_care"]
    return table


def revisions(by_release: pd.DataFrame) -> pd.DataFrame:
    """Figures that a later release changed, on the same definition."""
    given = by_release[by_release["value"].notna()].sort_values("release_order")
    earlier = given.groupby([*FIGURE, "definition_number"], dropna=False)[["release_id", "value"]]
    given[["earlier_release_id", "earlier_value"]] = earlier.shift()
    changed = given[given["earlier_value"].notna() & (given["value"] != given["earlier_value"])]
    change = changed["value"] - changed["earlier_value"]
    return changed[[*FIGURE, "earlier_release_id"]].assign(
        later_release_id=changed["release_id"],
        earlier_value=changed["earlier_value"] / 100,
        later_value=changed["value"] / 100,
        change=change / 100,
        change_pct=percentage(change, changed["earlier_value"]),
    )


def preferred_counts(figures: pd.DataFrame) -> pd.DataFrame:
    """One count of each thing in a release: the one printed beside a percentage, if any."""
    is_beside = (
        (figures["unit"] == "percent")
        .groupby([figures[name] for name in [*PERIOD, "source_line"]], dropna=False)
        .transform("max")
    )
    counts = figures.assign(is_beside=is_beside)
    counts = counts[(counts["unit"] == "count") & ~counts["is_missing"]]
    counts = counts.sort_values(["is_beside", "source_line"], ascending=[False, True])
    columns = [*COUNT, "unit", "value", "source_line", "definition_number"]
    return counts.drop_duplicates(COUNT)[columns]


def count_totals(figures: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """What each measure's counts sum to over its categories, and whether none is missing."""
    is_missing = (figures["unit"] == "count") & figures["is_missing"]
    missing = figures.loc[is_missing, MEASURE].drop_duplicates()
    totals = counts.groupby(MEASURE, as_index=False).agg(
        total=("value", "sum"), source_line=("source_line", "min")
    )
    totals = totals.merge(missing, how="left", on=MEASURE, indicator="where")
    return totals.assign(is_complete=totals["where"] == "left_only").drop(columns="where")


def implied_populations(figures: pd.DataFrame) -> pd.DataFrame:
    """Bounds of the population that a year's rates imply, in hundredths."""
    given = figures[~figures["is_missing"]]
    keys = [*COUNT, "source_line"]
    rates = given[given["unit"] == "rate_per_10000"]
    counts = given.loc[given["unit"] == "count", [*keys, "value"]]
    bounds = rates.merge(counts, on=keys, suffixes=("", "_count"))
    bounds["lower_bound"], bounds["upper_bound"] = implied_whole(
        bounds["value_count"], bounds["value"], bounds["decimals"], 10_000
    )
    return (
        bounds.groupby([*MEASURE, "definition_number"])
        .agg(
            source_line=("source_line", "min"),
            lower_bound=("lower_bound", "max"),
            upper_bound=("upper_bound", "min"),
        )
        .reset_index()
        .assign(unit="rate_per_10000", category_id=pd.Series(dtype="str"))
    )

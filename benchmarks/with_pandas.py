"""The conformed facts, revisions and quality checks with pandas.

Numbers are whole hundredths in float64 columns until they are handed out: their sums and
differences are exact, and NaN stands for a missing figure.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.contents import (
    BLANK_MARKER,
    FIGURE_COLUMNS,
    FINDING_COLUMNS,
    LEADING_ZERO,
    LEAST_HISTORY,
    MINUS,
    NUMBER,
    OUTLIER_FACTOR,
    PARAMETER_SCALE,
    REFERENCE,
    UNIT_WORDS,
    WHITE_SPACE,
    conformed_facts,
    from_releases,
    label_key,
    period_id,
    period_number,
    row_label_key,
    share_of_all,
    spoken,
)
from safeguarding.published.facts import Fact

FIGURE = ["local_authority_code", "measure_id", "category_id", "period_id", "unit"]
PRINTED = ["release_id", *FIGURE]
MEASURE = ["release_id", "local_authority_code", "period_id", "measure_id"]
COUNT = [*MEASURE, "category_id"]
PERIOD = ["release_id", "local_authority_code", "period_id"]
QUARTERS = 4
# What the facts and revisions need to know of a figure besides what it is of.
GIVEN = ["release_order", "source_line", "value", "definition_number", "is_latest_release"]


def compute(folder: Path, reference: Path = REFERENCE) -> dict[str, pd.DataFrame]:
    """Compute every table that `compare.KEYS` names.

    Args:
        folder: Extracts: a folder of Parquet files for each figure family and register.
        reference: The seeds of reference lists, as CSV.

    Returns:
        A data frame for each table, by the table's name; values in printed units.
    """
    figures = labelled_figures(folder, reference)
    by_release = release_figures(figures, read(folder, "adjudications"))
    latest = latest_figures(by_release)
    tables = {name: conformed(latest, fact) for name, fact in conformed_facts().items()}
    tables["fct_observations"] = figures.assign(value=figures["value"] / 100)
    tables["fct_revisions"] = revisions(by_release)
    tables["fct_quality_findings"] = findings(figures, latest, folder, reference)
    return tables


# --- Reading ---------------------------------------------------------------------------------


def read(folder: Path, name: str, columns: list[str] | None = None) -> pd.DataFrame:
    """One extract: every column text, blank cells missing."""
    return pd.read_parquet(folder / name, columns=columns)


def read_reference(reference: Path, name: str) -> pd.DataFrame:
    """One reference list: every column text, blank cells missing."""
    return pd.read_csv(reference / f"{name}.csv", dtype="str", keep_default_na=False, na_values="")


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


# --- Figures, counts and facts ---------------------------------------------------------------


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


# --- Checks ----------------------------------------------------------------------------------


def findings(
    figures: pd.DataFrame, latest: pd.DataFrame, folder: Path, reference: Path
) -> pd.DataFrame:
    """Everything that the checks find, described, with the known issue that explains it."""
    given = figures[~figures["is_missing"]]
    counts = preferred_counts(figures)
    totals = count_totals(figures, counts)
    populations = implied_populations(figures)
    parameters = check_parameters(reference)
    measures = read_reference(reference, "measures")
    bases = read_reference(reference, "percentage_bases")
    found = pd.concat(
        [
            check_impossible_value(given, measures),
            check_percentage_of_base(given, counts, totals, bases),
            check_shares_sum_to_100(figures, bases, parameters),
            check_figure_relations(totals, reference, measures),
            check_same_count_printed_twice(given),
            check_rates_imply_one_population(populations),
            check_population_between_years(populations, parameters),
            check_cla_stock_and_flows(counts, parameters),
            check_cpp_stock_and_flows(counts, totals, given),
            check_jump(latest, parameters),
            check_label_vanished(counts, parameters),
            check_printed_precision(given),
            check_figure_missing(figures),
            check_table_missing(figures, folder, reference),
        ],
        ignore_index=True,
    )
    return explained(described(found, measures, reference), read(folder, "known_issues"))


def described(found: pd.DataFrame, measures: pd.DataFrame, reference: Path) -> pd.DataFrame:
    """Findings with a message that says where, what and which line."""
    sources = read_reference(reference, "referral_sources")
    kinds = read_reference(reference, "cpp_categories")
    categories = pd.concat(
        [
            sources.set_index("referral_source_id")["referral_source_name"],
            kinds.set_index("cpp_category_id")["cpp_category_name"],
        ]
    )
    authorities = read_reference(reference, "local_authorities")
    found = found.merge(
        authorities[["local_authority_code", "local_authority_name"]], on="local_authority_code"
    ).merge(measures[["measure_id", "measure_name"]], on="measure_id")
    category = " (" + found["category_id"].map(categories) + ")"
    line = ", line " + found["source_line"].astype("Int64").astype("str")
    found["message"] = (
        found["local_authority_name"]
        + ", "
        + found["period_id"]
        + ", "
        + found["measure_name"]
        + category.fillna("")
        + ": "
        + found["detail"]
        + ". ["
        + found["release_id"]
        + line.where(found["source_line"].notna(), "")
        + "]"
    )
    return found[[*FINDING_COLUMNS, "message"]]


def explained(found: pd.DataFrame, known_issues: pd.DataFrame) -> pd.DataFrame:
    """Findings with the known issue of the same figures."""
    values = ["printed_value", "expected_value"]
    keys = ["check_id", *COUNT, *values]
    issues = known_issues[[*keys, "known_issue_id"]].copy()
    issues[values] = issues[values].apply(pd.to_numeric, errors="coerce")
    found[values] = found[values].round(2)
    return found.merge(issues, how="left", on=keys)


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
    rows, printed = rows[wrong], printed[wrong]
    detail = ("a figure that cannot be negative is printed as " + printed).mask(
        rows["unit"] == "percent", "a percentage is printed as " + printed + ", outside 0 to 100"
    )
    detail = detail.mask(
        has_zero[wrong], "a figure is printed as " + printed + ", with a zero before it"
    ).mask(is_part[wrong], "a count is printed as " + printed + ", which is not whole")
    return finding("impossible_value", rows, printed=rows["value"], detail=detail)


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
    detail = (
        "printed as "
        + speak(rows["value"])
        + "%, but "
        + speak(rows["numerator"])
        + " of "
        + speak(rows["base"])
        + " is "
        + (speak(expected * 100) + "%").where(expected.notna(), "undefined")
    )
    return finding(
        "percentage_of_base",
        rows,
        printed=rows["value"],
        expected=expected * 100,
        tolerance=half_unit(rows["decimals"]),
        detail=detail,
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
    detail = (
        "the "
        + wrong["rows"].astype("str")
        + " shares printed sum to "
        + speak(wrong["total"])
        + "%"
    )
    return finding(
        "shares_sum_to_100",
        wrong,
        printed=wrong["total"],
        expected=whole,
        tolerance=wrong["tolerance"],
        detail=detail,
    )


def check_figure_relations(
    totals: pd.DataFrame, reference: Path, measures: pd.DataFrame
) -> pd.DataFrame:
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
    group = ["check_id", "relation", *MEASURE]
    said = pairs.merge(wrong[group], on=group).merge(
        measures[["measure_id", "measure_name"]].rename(
            columns={"measure_id": "operand_measure_id"}
        ),
        on="operand_measure_id",
    )
    less = pd.Series("", index=said.index).mask(said["sign"] < 0, "less ")
    said["text"] = less + said["measure_name"].str.lower() + " " + speak(said["operand"])
    said = said.sort_values(["sign", "measure_name"], ascending=[False, True])
    lists = said.groupby(group)["text"].agg(", ".join).rename("operand_list").reset_index()
    wrong = wrong.merge(lists, on=group).assign(unit="count")
    return finding(
        wrong["check_id"],
        wrong,
        printed=wrong["total"],
        expected=wrong["expected"],
        tolerance=0,
        detail="printed as " + speak(wrong["total"]) + ", against " + wrong["operand_list"],
    )


def check_same_count_printed_twice(given: pd.DataFrame) -> pd.DataFrame:
    """Things that one release prints two different figures for."""
    repeated = given[given.duplicated(PRINTED, keep=False)].sort_values("source_line")
    pairs = (
        repeated.groupby(PRINTED, dropna=False)
        .agg(
            source_line=("source_line", "first"),
            last_line=("source_line", "last"),
            first=("value", "first"),
            last=("value", "last"),
            first_printed=("value_as_printed", "first"),
            last_printed=("value_as_printed", "last"),
            least=("value", "min"),
            greatest=("value", "max"),
        )
        .reset_index()
    )
    wrong = pairs[pairs["least"] != pairs["greatest"]]
    detail = (
        "printed as "
        + wrong["first_printed"]
        + " on line "
        + wrong["source_line"].astype("Int64").astype("str")
        + " and as "
        + wrong["last_printed"]
        + " on line "
        + wrong["last_line"].astype("Int64").astype("str")
    )
    return finding(
        "same_count_printed_twice",
        wrong,
        printed=wrong["first"],
        expected=wrong["last"],
        tolerance=0,
        detail=detail,
    )


def check_rates_imply_one_population(populations: pd.DataFrame) -> pd.DataFrame:
    """Rates of one year that no single population can explain."""
    wrong = populations[populations["lower_bound"] > populations["upper_bound"]]
    detail = (
        "one rate implies a population of at least "
        + speak(whole(wrong["lower_bound"]))
        + ", another of at most "
        + speak(whole(wrong["upper_bound"]))
    )
    return finding(
        "rates_imply_one_population",
        wrong,
        printed=wrong["lower_bound"],
        expected=wrong["upper_bound"],
        tolerance=0,
        detail=detail,
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
    detail = (
        "the rates imply a population near "
        + speak(wrong["population"])
        + ", those of the year before one near "
        + speak(wrong["population_before"])
    )
    return finding(
        "population_between_years",
        wrong,
        printed=wrong["population"],
        expected=wrong["population_before"],
        tolerance=change * wrong["population_before"] / PARAMETER_SCALE,
        detail=detail,
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
    detail = (
        "the count moved from "
        + speak(wrong["value_before"])
        + " to "
        + speak(wrong["value"])
        + ", a change of "
        + speak(wrong["change"])
        + ", but entering less leaving over the four quarters is "
        + speak(wrong["net_change"])
    )
    return finding(
        "cla_stock_and_flows",
        wrong,
        printed=wrong["change"],
        expected=wrong["net_change"],
        tolerance=late * wrong["value_before"] / PARAMETER_SCALE,
        detail=detail,
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
    detail = (
        speak(wrong["started"])
        + " new plans and the change at 31 March leave "
        + speak(wrong["ends"])
        + " plans that ended, but the share ending after two years implies "
        + speak(np.ceil(wrong["least"] / 100) * 100)
        + " to "
        + speak(np.floor(wrong["greatest"] / 100) * 100)
    )
    return finding(
        "cpp_stock_and_flows",
        wrong,
        printed=wrong["ends"],
        expected=to_hundredths((wrong["least"] + wrong["greatest"]) / 100 / 2),
        tolerance=(wrong["greatest"] - wrong["least"]) / 2,
        detail=detail,
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
    detail = (
        "moved from "
        + speak(wrong["value_before"])
        + " to "
        + speak(wrong["value"])
        + wrong["unit"].map(UNIT_WORDS).fillna("").astype("str")
        + "; the largest usual change before was "
        + speak(wrong["greatest"])
    )
    return finding(
        "jump",
        wrong,
        printed=wrong["value"],
        expected=wrong["value_before"],
        tolerance=factor * wrong["greatest"] / PARAMETER_SCALE,
        detail=detail,
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
    risen = rows[(rows["value_before"] == 0) & (rows["value"] > 0)].sort_values("category_id")
    risen = risen.assign(text='"' + risen["category_id"] + '" to ' + speak(risen["value"]))
    appeared = risen.groupby(MEASURE)["text"].agg(", ".join).rename("risen").reset_index()
    share = parameters["label_vanished"]
    fallen = rows[PARAMETER_SCALE * rows["value"] < share * rows["value_before"]]
    wrong = fallen.merge(appeared, on=MEASURE)
    detail = (
        "fell from "
        + speak(wrong["value_before"])
        + " to "
        + speak(wrong["value"])
        + " while from 0 rose "
        + wrong["risen"].astype("str")
    )
    return finding(
        "label_vanished",
        wrong,
        printed=wrong["value"],
        expected=wrong["value_before"],
        tolerance=(PARAMETER_SCALE - share) * wrong["value_before"] / PARAMETER_SCALE,
        detail=detail,
    )


def check_printed_precision(given: pd.DataFrame) -> pd.DataFrame:
    """Figures with more decimals than the register of rounding gives them."""
    step = 10 ** (2 - given["decimals"].clip(upper=2))
    wrong = given[given["value"] % step != 0]
    step = step[wrong.index]
    detail = (
        "printed as "
        + wrong["value_as_printed"]
        + ", finer than the "
        + wrong["decimals"].astype("Int64").astype("str")
        + " decimal that the register of rounding gives for it"
    )
    return finding(
        "printed_precision",
        wrong,
        printed=wrong["value"],
        expected=np.floor(wrong["value"] / step + 0.5) * step,
        tolerance=0,
        detail=detail,
    )


def check_figure_missing(figures: pd.DataFrame) -> pd.DataFrame:
    """Cells that have no figure although their row and column are printed."""
    rows = figures[figures["is_missing"] & (figures["marker"] == "x")]
    detail = "no figure stands where one should (" + rows["unit"] + ")"
    return finding("figure_missing", rows, detail=detail)


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
    detail = (
        'the table "' + wrong["table_name"] + '" is absent, though an earlier release printed it'
    )
    return finding("table_missing", wrong, detail=detail)


# --- What the checks share -------------------------------------------------------------------


def finding(
    check_id: str | pd.Series,
    rows: pd.DataFrame,
    *,
    detail: pd.Series,
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
        detail=detail,
    )
    if "category_id" not in found:
        found["category_id"] = pd.Series(dtype="str")
    numbers = ["printed_value", "expected_value", "tolerance"]
    found[numbers] = found[numbers].astype("float64") / 100
    return found[[*FINDING_COLUMNS, "detail"]]


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
    return stocks[period_numbers(stocks["period_id"]) == earlier + QUARTERS]


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
    """Numbers that rise by 4 from year to year."""
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


def speak(hundredths: pd.Series) -> pd.Series:
    """Hundredths as a reader expects the numbers in a message."""
    return pd.Series([spoken(number) for number in hundredths], hundredths.index, dtype="str")

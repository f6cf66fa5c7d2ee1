"""The conformed facts, revisions and quality checks with polars.

Numbers are whole hundredths until they are handed out: their sums and differences are exact. The
queries are lazy; what several of them read is collected once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl

from benchmarks.contents import (
    BLANK_MARKER,
    FIGURE_COLUMNS,
    FINDING_COLUMNS,
    LEADING_ZERO,
    LEAST_HISTORY,
    MINUS,
    MOST_PERIODS,
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
    row_label_key,
    share_of_all,
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
NO_TEXT = pl.lit(None, dtype=pl.String)
NO_NUMBER = pl.lit(None, dtype=pl.Int64)


def compute(folder: Path, reference: Path = REFERENCE) -> dict[str, pl.DataFrame]:
    """Compute every table that `compare.KEYS` names.

    Args:
        folder: Extracts: a folder of Parquet files for each figure family and register.
        reference: The seeds of reference lists, as CSV.

    Returns:
        A data frame for each table, by the table's name; values in printed units.
    """
    labelled = labelled_figures(folder, reference)
    figures = labelled.lazy()
    by_release = release_figures(figures, read(folder, "adjudications")).collect().lazy()
    latest = latest_figures(by_release).collect().lazy()
    queries = {name: conformed(latest, fact) for name, fact in conformed_facts().items()}
    queries["fct_revisions"] = revisions(by_release)
    queries["fct_quality_findings"] = findings(figures, latest, folder, reference)
    tables = dict(zip(queries, pl.collect_all(queries.values()), strict=True))
    tables["fct_observations"] = labelled.with_columns(pl.col("value") / 100)
    return tables


# --- Reading ---------------------------------------------------------------------------------


def read(folder: Path, name: str) -> pl.LazyFrame:
    """One extract: every column text, blank cells null."""
    return pl.scan_parquet(
        folder / name / "**" / "*.parquet", hive_partitioning=True, try_parse_hive_dates=False
    )


def read_reference(reference: Path, name: str) -> pl.LazyFrame:
    """One reference list: every column text, blank cells null."""
    return pl.scan_csv(reference / f"{name}.csv", infer_schema=False)


def labelled_figures(folder: Path, reference: Path) -> pl.DataFrame:
    """Every printed figure with what it measures: one row for each, as `fct_observations`."""
    printed = read(folder, "figures").select(FIGURE_COLUMNS).collect()
    releases = ordered_releases(folder)
    markers = read_reference(reference, "value_markers")
    figures = (
        printed.lazy()
        .with_columns(
            period_id=by_wording(printed["period_label"], period_id),
            source_line=pl.col("source_line").cast(pl.Int64, strict=False),
            number=number_text(pl.col("value_as_printed")),
        )
        .with_columns(
            value=to_hundredths(pl.col("number").cast(pl.Float64)),
            decimals_printed=pl.col("number").str.extract("[.](.*)").str.len_bytes().fill_null(0),
        )
        .with_columns(
            pl.when(pl.col("number").is_not_null()).then("decimals_printed"),
            is_missing=pl.col("value").is_null(),
            wording=pl.when(pl.col("number").is_null()).then("value_as_printed"),
        )
        .collect()
    )
    key = by_wording(figures["wording"], label_key).fill_null(BLANK_MARKER)
    labelled = (
        figures.lazy()
        .with_columns(marker_as_printed=pl.when(pl.col("number").is_null()).then(key))
        .join(markers.select("marker_as_printed", "marker"), on="marker_as_printed", how="left")
        .join(releases.select("release_id", "release_order"), on="release_id", how="left")
        .join(
            row_labels(printed, reference),
            on=["local_authority_code", "table_id", "row_label", "unit"],
            how="left",
        )
    )
    labelled = with_decimals(labelled, read(folder, "printed_precision"))
    labelled = with_definition_numbers(labelled.with_row_index("row"), folder, releases)
    return labelled.with_columns(
        is_latest_release=pl.col("release_order") == pl.col("release_order").max().over(FIGURE)
    ).collect()


def number_text(text: pl.Expr) -> pl.Expr:
    """Digits, sign and point of printed numbers; null where the text is no number."""
    joined = text.str.replace_all(WHITE_SPACE, "")
    digits = joined.str.replace_all("[,%]", "").str.replace_all(MINUS, "-")
    return pl.when(joined.str.contains(f"^(?:{NUMBER})$")).then(digits)


def by_wording(labels: pl.Series, read_one: Callable[[str], str | None]) -> pl.Expr:
    """Read each wording of a label once; the expression is of the series' own column."""
    wordings = labels.drop_nulls().unique().to_list()
    return pl.col(labels.name).replace_strict(
        wordings, [read_one(label) for label in wordings], default=None, return_dtype=pl.String
    )


def ordered_releases(folder: Path) -> pl.LazyFrame:
    """Releases in the order of publication, numbered from 1."""
    return (
        read(folder, "releases")
        .with_columns(pl.col("published_date").str.to_date(strict=False))
        .sort("published_date", "release_id", nulls_last=True)
        .with_row_index("release_order", offset=1)
        .with_columns(pl.col("release_order").cast(pl.Int64))
    )


def row_labels(printed: pl.DataFrame, reference: Path) -> pl.LazyFrame:
    """Measure and category of each wording of a row's label; a council's own wording first."""
    columns = ["local_authority_code", "table_id", "row_label", "unit"]
    wordings = printed.select(columns).unique()
    variants = read_reference(reference, "row_label_variants").collect()
    variants = variants.with_columns(key=by_wording(variants["printed_label"], row_label_key))
    own = variants.filter(pl.col("local_authority_code").is_not_null())
    general = variants.filter(pl.col("local_authority_code").is_null())
    own_keys = ["local_authority_code", "table_id", "key"]
    rows = read_reference(reference, "published_rows")
    return (
        wordings.lazy()
        .with_columns(key=by_wording(wordings["row_label"], row_label_key))
        .join(own.lazy().select(*own_keys, own_row_id="row_id"), on=own_keys, how="left")
        .join(
            general.lazy().select("table_id", "key", "row_id"), on=["table_id", "key"], how="left"
        )
        .with_columns(row_id=pl.coalesce("own_row_id", "row_id"))
        .join(rows, on=["table_id", "row_id", "unit"])
        .select(*columns, "measure_id", "category_id")
    )


def with_decimals(figures: pl.LazyFrame, precision: pl.LazyFrame) -> pl.LazyFrame:
    """Figures with the decimals that each is rounded to: as registered, else as printed."""
    places = pl.col("decimals").cast(pl.Int64, strict=False)
    keys = ["local_authority_code", "period_id", "unit"]
    of_measure = precision.filter(pl.col("measure_id").is_not_null())
    of_unit = precision.filter(pl.col("measure_id").is_null())
    return (
        figures.join(
            of_measure.select(*keys, "measure_id", of_measure=places),
            on=[*keys, "measure_id"],
            how="left",
        )
        .join(of_unit.select(*keys, of_unit=places), on=keys, how="left")
        .with_columns(decimals=pl.coalesce("of_measure", "of_unit", "decimals_printed"))
    )


def with_definition_numbers(
    figures: pl.LazyFrame, folder: Path, releases: pl.LazyFrame
) -> pl.LazyFrame:
    """Figures with their definition: 1 and one more for each break that applies to them."""
    keys = ["local_authority_code", "measure_id"]
    breaks = read(folder, "series_breaks").join(
        releases.select("release_id", "release_order"), on="release_id"
    )
    numbers = (
        figures.select("row", *keys, "category_id", "period_id", "release_order")
        .join(
            breaks.select(*keys, "category_id", "period_id", "release_order"),
            on=keys,
            suffix="_break",
        )
        .filter(
            pl.col("category_id_break").is_null()
            | pl.col("category_id_break").eq_missing(pl.col("category_id")),
            pl.col("release_order") >= pl.col("release_order_break"),
            numbered("period_id") >= numbered("period_id_break"),
        )
        .group_by("row")
        .agg(breaks=pl.col("period_id_break").n_unique())
    )
    return figures.join(numbers, on="row", how="left").with_columns(
        definition_number=1 + pl.col("breaks").fill_null(0).cast(pl.Int64)
    )


# --- Figures, counts and facts ---------------------------------------------------------------


def release_figures(figures: pl.LazyFrame, adjudications: pl.LazyFrame) -> pl.LazyFrame:
    """The one figure that each release gives for a thing, where it prints it more than once."""
    lines = adjudications.select(
        *PRINTED, adjudicated_line=pl.col("source_line").cast(pl.Int64, strict=False)
    )
    figures = (
        figures.select(*PRINTED, *GIVEN)
        .join(disputed(figures), on=PRINTED, how="left", nulls_equal=True)
        .join(lines, on=PRINTED, how="left", nulls_equal=True)
        .with_columns(pl.col("is_disputed").fill_null(value=False))
    )
    settled = figures.filter(pl.col("source_line") == pl.col("adjudicated_line"))
    first = (
        figures.filter(pl.col("adjudicated_line").is_null())
        .sort("source_line", nulls_last=True)
        .unique(PRINTED, keep="first")
    )
    return pl.concat([settled, first])


def disputed(figures: pl.LazyFrame) -> pl.LazyFrame:
    """The things that one release prints two different figures for."""
    value = pl.col("value")
    things = figures.group_by(PRINTED).agg(is_disputed=value.min() != value.max())
    return things.filter("is_disputed")


def latest_figures(by_release: pl.LazyFrame) -> pl.LazyFrame:
    """Each figure as the latest release gives it, marked where its series breaks."""
    series = ["local_authority_code", "measure_id", "category_id", "unit", "is_annual"]
    number = pl.col("definition_number")
    return (
        by_release.filter("is_latest_release")
        .with_columns(is_annual=pl.col("period_id").str.len_bytes() == len("2022-23"))
        .with_columns(
            is_break_in_series=(
                number != number.shift().over(series, order_by="period_id")
            ).fill_null(value=False)
        )
    )


def conformed(latest: pl.LazyFrame, fact: Fact) -> pl.LazyFrame:
    """One conformed fact."""
    period = ["local_authority_code", "period_id"]
    keys = [*period, "category_id"] if fact.categories else period
    columns = {}
    for column in from_releases(fact):
        is_column = (pl.col("measure_id") == column.measure) & (pl.col("unit") == column.unit)
        values = pl.col("value").filter(is_column)
        total = pl.when(values.count() > 0).then(values.sum()) if column.derived else values.max()
        columns[column.column] = (whole(total) if column.unit == "count" else total) / 100
    table = (
        latest.filter(pl.col("measure_id").is_in([each.measure for each in from_releases(fact)]))
        .group_by(keys)
        .agg(
            release_id=pl.col("release_id").sort_by("release_order").last(),
            is_disputed=pl.col("is_disputed").any(),
            has_break_in_series=pl.col("is_break_in_series").any(),
            **columns,
        )
    )
    if fact.categories:
        part = pl.col(share_of_all(fact))
        table = table.rename({"category_id": fact.categories.key}).with_columns(
            calculated_pct=percentage(part, part.sum().over(period))
        )
    if "left_care" in columns:
        table = table.with_columns(
            calculated_net_change=pl.col("entered_care") - pl.col("left_care")
        )
    return table


def revisions(by_release: pl.LazyFrame) -> pl.LazyFrame:
    """Figures that a later release changed, on the same definition."""
    series = [*FIGURE, "definition_number"]
    earlier = pl.col("earlier_value")
    change = pl.col("value") - earlier
    return (
        by_release.filter(pl.col("value").is_not_null())
        .with_columns(
            earlier_release_id=pl.col("release_id").shift().over(series, order_by="release_order"),
            earlier_value=pl.col("value").shift().over(series, order_by="release_order"),
        )
        .filter(pl.col("value") != earlier)
        .select(
            *FIGURE,
            "earlier_release_id",
            later_release_id="release_id",
            earlier_value=earlier / 100,
            later_value=pl.col("value") / 100,
            change=change / 100,
            change_pct=percentage(change, earlier),
        )
    )


def preferred_counts(figures: pl.LazyFrame) -> pl.LazyFrame:
    """One count of each thing in a release: the one printed beside a percentage, if any."""
    is_percentage = pl.col("unit") == "percent"
    return (
        figures.with_columns(is_beside=is_percentage.any().over(*PERIOD, "source_line"))
        .filter(pl.col("unit") == "count", ~pl.col("is_missing"))
        .sort("is_beside", "source_line", descending=[True, False], nulls_last=True)
        .unique(COUNT, keep="first")
        .select(*COUNT, "unit", "value", "source_line", "definition_number")
    )


def count_totals(figures: pl.LazyFrame, counts: pl.LazyFrame) -> pl.LazyFrame:
    """What each measure's counts sum to over its categories, and whether none is missing."""
    missing = figures.filter(pl.col("unit") == "count", pl.col("is_missing"))
    return (
        counts.group_by(MEASURE)
        .agg(total=pl.col("value").sum(), source_line=pl.col("source_line").min())
        .join(
            missing.select(*MEASURE, is_complete=pl.lit(value=False)).unique(),
            on=MEASURE,
            how="left",
        )
        .with_columns(pl.col("is_complete").fill_null(value=True))
    )


def implied_populations(given: pl.LazyFrame) -> pl.LazyFrame:
    """Bounds of the population that a year's rates imply, in hundredths."""
    keys = [*COUNT, "source_line"]
    counts = given.filter(pl.col("unit") == "count").select(*keys, part="value")
    least, greatest = implied_whole("part", "value", 10_000)
    return (
        given.filter(pl.col("unit") == "rate_per_10000")
        .join(counts, on=keys, nulls_equal=True)
        .group_by(*MEASURE, "definition_number")
        .agg(
            source_line=pl.col("source_line").min(),
            lower_bound=least.max(),
            upper_bound=greatest.min(),
        )
        .with_columns(unit=pl.lit("rate_per_10000"), category_id=NO_TEXT)
    )


# --- Checks ----------------------------------------------------------------------------------


def findings(
    figures: pl.LazyFrame, latest: pl.LazyFrame, folder: Path, reference: Path
) -> pl.LazyFrame:
    """Everything that the checks find, described, with the known issue that explains it."""
    given = figures.filter(~pl.col("is_missing"))
    counts = preferred_counts(figures).collect().lazy()
    totals = count_totals(figures, counts).collect().lazy()
    populations = implied_populations(given).collect().lazy()
    parameters = check_parameters(reference)
    measures = read_reference(reference, "measures")
    bases = read_reference(reference, "percentage_bases")
    found = pl.concat(
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
        ]
    )
    issues = read(folder, "known_issues")
    return explained(described(found, measures, reference), issues).with_columns(
        pl.col("printed_value", "expected_value", "tolerance") / 100
    )


def described(found: pl.LazyFrame, measures: pl.LazyFrame, reference: Path) -> pl.LazyFrame:
    """Findings with a message that says where, what and which line."""
    sources = read_reference(reference, "referral_sources")
    kinds = read_reference(reference, "cpp_categories")
    categories = pl.concat(
        [
            sources.select(category_id="referral_source_id", category_name="referral_source_name"),
            kinds.select(category_id="cpp_category_id", category_name="cpp_category_name"),
        ]
    )
    authorities = read_reference(reference, "local_authorities")
    category = worded(" ({})", "category_name").fill_null("")
    line = worded(", line {}", "source_line").fill_null("")
    return (
        found.join(
            authorities.select("local_authority_code", "local_authority_name"),
            on="local_authority_code",
        )
        .join(measures.select("measure_id", "measure_name"), on="measure_id")
        .join(categories, on="category_id", how="left")
        .with_columns(
            message=worded(
                "{}, {}, {}{}: {}. [{}{}]",
                "local_authority_name",
                "period_id",
                "measure_name",
                category,
                "detail",
                "release_id",
                line,
            )
        )
        .select(*FINDING_COLUMNS, "message")
    )


def explained(found: pl.LazyFrame, known_issues: pl.LazyFrame) -> pl.LazyFrame:
    """Findings with the known issue of the same figures."""
    values = ["printed_value", "expected_value"]
    keys = ["check_id", *COUNT, *values]
    issues = known_issues.with_columns(
        to_hundredths(pl.col(name).cast(pl.Float64, strict=False)) for name in values
    ).select(*keys, "known_issue_id")
    return found.join(issues, on=keys, how="left", nulls_equal=True)


def check_impossible_value(given: pl.LazyFrame, measures: pl.LazyFrame) -> pl.LazyFrame:
    """Counts that are negative or not whole, percentages outside 0 to 100, leading zeros."""
    value, unit, printed = pl.col("value"), pl.col("unit"), pl.col("value_as_printed")
    is_part = (unit == "count") & (value % 100 != 0)
    has_zero = printed.str.replace_all(WHITE_SPACE, "").str.contains(f"^(?:{LEADING_ZERO})$")
    is_negative = (value < 0) & (pl.col("may_be_negative") == "false")
    is_above = (unit == "percent") & (value > 100 * 100)
    wrong = given.join(
        measures.select("measure_id", "may_be_negative"), on="measure_id", how="left"
    ).filter(is_part | has_zero | is_negative | is_above)
    detail = (
        pl.when(is_part)
        .then(worded("a count is printed as {}, which is not whole", printed))
        .when(has_zero)
        .then(worded("a figure is printed as {}, with a zero before it", printed))
        .when(unit == "percent")
        .then(worded("a percentage is printed as {}, outside 0 to 100", printed))
        .otherwise(worded("a figure that cannot be negative is printed as {}", printed))
    )
    return finding("impossible_value", wrong, printed=value, detail=detail)


def check_percentage_of_base(
    given: pl.LazyFrame, counts: pl.LazyFrame, totals: pl.LazyFrame, bases: pl.LazyFrame
) -> pl.LazyFrame:
    """Printed percentages that are not their numerator over their base."""
    value, numerator, base = pl.col("value"), pl.col("numerator"), pl.col("base")
    wrong = (
        given.filter(pl.col("unit") == "percent")
        .join(bases, on="measure_id")
        .join(
            counts.select(
                *PERIOD, "category_id", numerator_measure_id="measure_id", numerator="value"
            ),
            on=[*PERIOD, "numerator_measure_id", "category_id"],
            nulls_equal=True,
        )
        .join(
            totals.filter("is_complete").select(
                *PERIOD, base_measure_id="measure_id", base="total"
            ),
            on=[*PERIOD, "base_measure_id"],
        )
        .filter((value * base - 10_000 * numerator).abs() > half_unit() * base)
        .with_columns(expected=to_hundredths(percentage(numerator, base)))
    )
    outcome = (speak(pl.col("expected")) + "%").fill_null("undefined")
    detail = worded(
        "printed as {}%, but {} of {} is {}", speak(value), speak(numerator), speak(base), outcome
    )
    return finding(
        "percentage_of_base",
        wrong,
        printed=value,
        expected=pl.col("expected"),
        tolerance=half_unit(),
        detail=detail,
    )


def check_shares_sum_to_100(
    figures: pl.LazyFrame, bases: pl.LazyFrame, parameters: dict[str, int]
) -> pl.LazyFrame:
    """Columns of shares of one whole that sum to something else, beyond their rounding."""
    whole_bases = bases.filter(
        pl.col("measure_id") == pl.col("base_measure_id"),
        pl.col("base_is_sum_of_categories") == "true",
    )
    total = parameters["shares_sum_to_100"] * 100 // PARAMETER_SCALE
    wrong = (
        figures.filter(pl.col("unit") == "percent", pl.col("category_id").is_not_null())
        .join(whole_bases, on="measure_id", how="semi")
        .group_by(MEASURE)
        .agg(
            source_line=pl.col("source_line").min(),
            total=pl.col("value").sum(),
            tolerance=half_unit().sum().round(2),
            rows=pl.len(),
            given=pl.col("value").count(),
        )
        .filter(
            pl.col("rows") == pl.col("given"),
            (pl.col("total") - total).abs() > pl.col("tolerance"),
        )
        .with_columns(unit=pl.lit("percent"), category_id=NO_TEXT)
    )
    return finding(
        "shares_sum_to_100",
        wrong,
        printed=pl.col("total"),
        expected=pl.lit(total),
        tolerance=pl.col("tolerance"),
        detail=worded("the {} shares printed sum to {}%", "rows", speak(pl.col("total"))),
    )


def check_figure_relations(
    totals: pl.LazyFrame, reference: Path, measures: pl.LazyFrame
) -> pl.LazyFrame:
    """Counts that do not equal, or fall below, what the register of relations compares with."""
    of_all = pl.col("local_authority_code").is_null()
    relations = (
        read_reference(reference, "figure_relations")
        .filter(of_all)
        .drop("local_authority_code")
        .with_columns(
            pl.col("sign").cast(pl.Int64), operands=pl.len().over("check_id", "measure_id")
        )
    )
    operands = totals.select(
        *PERIOD,
        operand_measure_id="measure_id",
        operand="total",
        is_operand_complete="is_complete",
    )
    names = measures.select(operand_measure_id="measure_id", operand_name="measure_name")
    sign, operand = pl.col("sign"), pl.col("operand")
    text = worded(
        "{}{} {}",
        pl.when(sign < 0).then(pl.lit("less ")).otherwise(pl.lit("")),
        pl.col("operand_name").str.to_lowercase(),
        speak(operand),
    )
    printed, expected = pl.col("total"), pl.col("expected")
    is_complete = pl.col("found") == pl.col("operands")
    group = [*MEASURE, "check_id", "relation", "source_line", "total", "operands"]
    pairs = (
        totals.filter("is_complete")
        .join(relations, on="measure_id")
        .join(operands, on=[*PERIOD, "operand_measure_id"])
        # Parts known in part are still a least sum.
        .filter(pl.col("is_operand_complete") | (pl.col("relation") == "at_least"))
    )
    unlike = (
        pairs.group_by(group)
        .agg(expected=(sign * operand).sum(), found=pl.len())
        .filter(
            ((pl.col("relation") == "equals") & is_complete & (printed != expected))
            | ((pl.col("relation") == "at_least") & (printed < expected))
        )
    )
    wrong = (
        pairs.join(unlike, on=group)
        .join(names, on="operand_measure_id")
        .sort("sign", "operand_name", descending=[True, False])
        .group_by(*group, "expected", maintain_order=True)
        .agg(operand_list=text.str.join(", "))
        .with_columns(unit=pl.lit("count"), category_id=NO_TEXT)
    )
    return finding(
        pl.col("check_id"),
        wrong,
        printed=printed,
        expected=expected,
        tolerance=pl.lit(0.0),
        detail=worded("printed as {}, against {}", speak(printed), "operand_list"),
    )


def check_same_count_printed_twice(given: pl.LazyFrame) -> pl.LazyFrame:
    """Things that one release prints two different figures for."""
    value, text = pl.col("value"), pl.col("value_as_printed")
    pairs = (
        given.join(disputed(given), on=PRINTED, how="semi", nulls_equal=True)
        .group_by(PRINTED)
        .agg(
            source_line=pl.col("source_line").min(),
            last_line=pl.col("source_line").max(),
            first=value.sort_by("source_line").first(),
            last=value.sort_by("source_line").last(),
            first_printed=text.sort_by("source_line").first(),
            last_printed=text.sort_by("source_line").last(),
        )
    )
    return finding(
        "same_count_printed_twice",
        pairs,
        printed=pl.col("first"),
        expected=pl.col("last"),
        tolerance=pl.lit(0.0),
        detail=worded(
            "printed as {} on line {} and as {} on line {}",
            "first_printed",
            "source_line",
            "last_printed",
            "last_line",
        ),
    )


def check_rates_imply_one_population(populations: pl.LazyFrame) -> pl.LazyFrame:
    """Rates of one year that no single population can explain."""
    lower, upper = pl.col("lower_bound"), pl.col("upper_bound")
    return finding(
        "rates_imply_one_population",
        populations.filter(lower > upper),
        printed=lower,
        expected=upper,
        tolerance=pl.lit(0.0),
        detail=worded(
            "one rate implies a population of at least {}, another of at most {}",
            speak(whole(lower)),
            speak(whole(upper)),
        ),
    )


def check_population_between_years(
    populations: pl.LazyFrame, parameters: dict[str, int]
) -> pl.LazyFrame:
    """Years whose rates imply a population far from that of the year before."""
    lower, upper = pl.col("lower_bound"), pl.col("upper_bound")
    series = ["release_id", "local_authority_code", "measure_id", "definition_number"]
    change = parameters["population_between_years"]
    wrong = (
        populations.filter(lower <= upper)
        .with_columns(population=(lower + upper + 100) // 200 * 100)
        .with_columns(
            pl.col("population", "lower_bound", "upper_bound")
            .shift()
            .over(series, order_by="period_id")
            .name.suffix("_before")
        )
        .filter(
            (PARAMETER_SCALE * lower > (PARAMETER_SCALE + change) * pl.col("upper_bound_before"))
            | (PARAMETER_SCALE * upper < (PARAMETER_SCALE - change) * pl.col("lower_bound_before"))
        )
    )
    before = pl.col("population_before")
    return finding(
        "population_between_years",
        wrong,
        printed=pl.col("population"),
        expected=before,
        tolerance=change * before / PARAMETER_SCALE,
        detail=worded(
            "the rates imply a population near {}, those of the year before one near {}",
            speak(pl.col("population")),
            speak(before),
        ),
    )


def check_cla_stock_and_flows(counts: pl.LazyFrame, parameters: dict[str, int]) -> pl.LazyFrame:
    """Years whose change in children looked after is not the sum of the quarters' flows."""
    late = parameters["cla_stock_and_flows"]
    entered = counts.filter(pl.col("measure_id") == "care_entered")
    left = counts.filter(pl.col("measure_id") == "care_left")
    years = (
        entered.join(left, on=PERIOD, suffix="_left")
        .with_columns(pl.col("period_id").str.slice(0, len("2022-23")))
        .group_by(PERIOD)
        .agg(
            net_change=(pl.col("value") - pl.col("value_left")).sum(),
            quarters=pl.len(),
            entered_definitions=pl.col("definition_number").n_unique(),
            left_definitions=pl.col("definition_number_left").n_unique(),
        )
        .filter(
            pl.col("quarters") == QUARTERS,
            pl.col("entered_definitions") == 1,
            pl.col("left_definitions") == 1,
        )
    )
    wrong = (
        changes_of_stock(counts, "cla_at_year_end")
        .join(years, on=PERIOD)
        .filter(
            PARAMETER_SCALE * (pl.col("change") - pl.col("net_change")).abs()
            > late * pl.col("value_before")
        )
    )
    return finding(
        "cla_stock_and_flows",
        wrong,
        printed=pl.col("change"),
        expected=pl.col("net_change"),
        tolerance=late * pl.col("value_before") / PARAMETER_SCALE,
        detail=worded(
            "the count moved from {} to {}, a change of {}, but entering less leaving over the"
            " four quarters is {}",
            speak(pl.col("value_before")),
            speak(pl.col("value")),
            speak(pl.col("change")),
            speak(pl.col("net_change")),
        ),
    )


def check_cpp_stock_and_flows(
    counts: pl.LazyFrame, totals: pl.LazyFrame, given: pl.LazyFrame
) -> pl.LazyFrame:
    """Years whose plans ended, by stocks and new plans, contradict the share of long ones."""
    measure = pl.col("measure_id")
    started = totals.filter(measure == "cpp_started", pl.col("is_complete"))
    ended = counts.filter(measure == "cpp_ended_after_2_years")
    shares = given.filter(measure == "cpp_ended_after_2_years", pl.col("unit") == "percent")
    bounds = implied_whole("ended", "share", 100)
    ends, least, greatest = pl.col("ends"), pl.col("least"), pl.col("greatest")
    wrong = (
        changes_of_stock(counts, "cpp_at_year_end")
        .join(started.select(*PERIOD, started="total"), on=PERIOD)
        .join(ended.select(*PERIOD, ended="value"), on=PERIOD)
        .join(shares.select(*PERIOD, "decimals", share="value"), on=PERIOD)
        .with_columns(
            ends=pl.col("started") - pl.col("change"), least=bounds[0], greatest=bounds[1]
        )
        .filter((ends < least) | (ends > greatest))
        .with_columns(measure_id=pl.lit("cpp_started"), category_id=NO_TEXT)
    )
    return finding(
        "cpp_stock_and_flows",
        wrong,
        printed=ends,
        expected=middle(least, greatest),
        tolerance=(greatest - least) / 2,
        detail=worded(
            "{} new plans and the change at 31 March leave {} plans that ended, but the share"
            " ending after two years implies {} to {}",
            speak(pl.col("started")),
            speak(ends),
            speak(((least / 100).ceil() * 100).cast(pl.Int64)),
            speak(((greatest / 100).floor() * 100).cast(pl.Int64)),
        ),
    )


def check_jump(latest: pl.LazyFrame, parameters: dict[str, int]) -> pl.LazyFrame:
    """Changes far beyond what the series has shown before."""
    series = [
        "local_authority_code",
        "measure_id",
        "category_id",
        "unit",
        "is_annual",
        "definition_number",
    ]
    factor = parameters["jump"]
    value, before, change = pl.col("value"), pl.col("value_before"), pl.col("change")
    greatest = pl.col("greatest")
    words = pl.lit("")
    for unit, text in UNIT_WORDS.items():
        words = pl.when(pl.col("unit") == unit).then(pl.lit(text)).otherwise(words)
    wrong = (
        latest.filter(value.is_not_null())
        .sort("period_id")
        .with_columns(value_before=value.shift().over(series))
        .with_columns(change=(value - before).abs())
        .with_columns(
            # What is out of all proportion to the changes before it is not usual.
            median=change.rolling_median(MOST_PERIODS, min_samples=1).shift().over(series),
            changes_before=change.cum_count().shift().over(series),
        )
        .with_columns(
            usual=pl.when(
                (pl.col("changes_before") < LEAST_HISTORY)
                | (change <= OUTLIER_FACTOR * pl.col("median"))
            ).then(change)
        )
        .with_columns(greatest=pl.col("usual").cum_max().forward_fill().shift().over(series))
        .filter(
            pl.col("changes_before") >= LEAST_HISTORY,
            PARAMETER_SCALE * change > factor * greatest,
        )
    )
    detail = worded(
        "moved from {} to {}{}; the largest usual change before was {}",
        speak(before),
        speak(value),
        words,
        speak(greatest),
    )
    return finding(
        "jump",
        wrong,
        printed=value,
        expected=before,
        tolerance=factor * greatest / PARAMETER_SCALE,
        detail=detail,
    )


def check_label_vanished(counts: pl.LazyFrame, parameters: dict[str, int]) -> pl.LazyFrame:
    """Categories that fall to next to nothing while another rises from zero."""
    series = [
        "release_id",
        "local_authority_code",
        "measure_id",
        "category_id",
        "definition_number",
    ]
    value, before = pl.col("value"), pl.col("value_before")
    rows = counts.filter(pl.col("category_id").is_not_null()).with_columns(
        value_before=value.shift().over(series, order_by="period_id")
    )
    text = worded('"{}" to {}', "category_id", speak(value))
    appeared = (
        rows.filter(before == 0, value > 0)
        .group_by(MEASURE)
        .agg(risen=text.sort_by("category_id").str.join(", "))
    )
    share = parameters["label_vanished"]
    wrong = rows.filter(PARAMETER_SCALE * value < share * before).join(appeared, on=MEASURE)
    return finding(
        "label_vanished",
        wrong,
        printed=value,
        expected=before,
        tolerance=(PARAMETER_SCALE - share) * before / PARAMETER_SCALE,
        detail=worded(
            "fell from {} to {} while from 0 rose {}", speak(before), speak(value), "risen"
        ),
    )


def check_printed_precision(given: pl.LazyFrame) -> pl.LazyFrame:
    """Figures with more decimals than the register of rounding gives them."""
    step = pl.lit(10).pow(2 - pl.col("decimals").clip(upper_bound=2)).cast(pl.Int64)
    value = pl.col("value")
    return finding(
        "printed_precision",
        given.filter(value % step != 0),
        printed=value,
        expected=((value / step + 0.5).floor() * step).cast(pl.Int64),
        tolerance=pl.lit(0.0),
        detail=worded(
            "printed as {}, finer than the {} decimal that the register of rounding gives for it",
            "value_as_printed",
            "decimals",
        ),
    )


def check_figure_missing(figures: pl.LazyFrame) -> pl.LazyFrame:
    """Cells that have no figure although their row and column are printed."""
    return finding(
        "figure_missing",
        figures.filter(pl.col("is_missing"), pl.col("marker") == "x"),
        detail=worded("no figure stands where one should ({})", "unit"),
    )


def check_table_missing(figures: pl.LazyFrame, folder: Path, reference: Path) -> pl.LazyFrame:
    """Tables that an earlier release of the authority printed and a later one does not."""
    tables = (
        read_reference(reference, "published_tables")
        .filter(pl.col("period_type") != "any")
        .with_columns(is_annual=pl.col("period_type") == "financial_year")
    )
    table = ["release_id", "release_order", "local_authority_code", "table_id"]
    printed = figures.select(table).unique().join(tables, on="table_id")
    releases = printed.group_by(table[:3]).agg(pl.col("is_annual").max())
    first = printed.group_by("local_authority_code", "table_id", "table_name", "is_annual").agg(
        pl.col("release_order").min()
    )
    years = read(folder, "releases").select("release_id", period_id="financial_year")
    rows = read_reference(reference, "published_rows")
    wrong = (
        releases.join(first, on="local_authority_code", suffix="_first")
        .filter(
            pl.col("release_order") > pl.col("release_order_first"),
            pl.col("is_annual") >= pl.col("is_annual_first"),
        )
        .join(printed, on=table, how="anti")
        .join(years, on="release_id")
        .join(rows.group_by("table_id").agg(pl.col("measure_id").min()), on="table_id")
        .with_columns(category_id=NO_TEXT, unit=NO_TEXT, source_line=NO_NUMBER)
    )
    return finding(
        "table_missing",
        wrong,
        detail=worded(
            'the table "{}" is absent, though an earlier release printed it', "table_name"
        ),
    )


# --- What the checks share -------------------------------------------------------------------


def finding(
    check_id: str | pl.Expr,
    rows: pl.LazyFrame,
    *,
    detail: pl.Expr,
    printed: pl.Expr = NO_NUMBER,
    expected: pl.Expr = NO_NUMBER,
    tolerance: pl.Expr = NO_NUMBER,
) -> pl.LazyFrame:
    """Findings in the columns that every check returns; `rows` carries the keys.

    Printed and expected values are whole hundredths, the tolerance is in hundredths.
    """
    return rows.select(
        pl.lit(check_id).alias("check_id") if isinstance(check_id, str) else check_id,
        *COUNT,
        "unit",
        "source_line",
        printed.cast(pl.Int64).alias("printed_value"),
        expected.cast(pl.Int64).alias("expected_value"),
        tolerance.cast(pl.Float64).alias("tolerance"),
        detail.alias("detail"),
    )


def check_parameters(reference: Path) -> dict[str, int]:
    """Each check's parameter in whole ten-thousandths."""
    checks = read_reference(reference, "quality_checks").filter(pl.col("parameter").is_not_null())
    scaled = (pl.col("parameter").cast(pl.Float64) * PARAMETER_SCALE).round().cast(pl.Int64)
    rows: Iterable[tuple[str, int]] = checks.select("check_id", scaled).collect().iter_rows()
    return dict(rows)


def changes_of_stock(counts: pl.LazyFrame, measure_id: str) -> pl.LazyFrame:
    """A measure's change on the year before, where that is the year directly before."""
    series = ["release_id", "local_authority_code", "definition_number"]
    return (
        counts.filter(pl.col("measure_id") == measure_id)
        .with_columns(
            pl.col("value", "period_id")
            .shift()
            .over(series, order_by="period_id")
            .name.suffix("_before")
        )
        .filter(numbered("period_id") == numbered("period_id_before") + QUARTERS)
        .with_columns(change=pl.col("value") - pl.col("value_before"))
    )


def numbered(period: str) -> pl.Expr:
    """A number of a period's column that rises by 4 from year to year, by 1 between quarters."""
    quarter = pl.col(period).str.slice(9, 1).cast(pl.Int64, strict=False).fill_null(0)
    return 4 * pl.col(period).str.slice(0, 4).cast(pl.Int64) + quarter


def implied_whole(part: str, share: str, per: int) -> tuple[pl.Expr, pl.Expr]:
    """Bounds, in hundredths, of the whole that a part and its rounded share imply."""
    half = half_unit()
    least = to_hundredths(per * pl.col(part) / (pl.col(share) + half))
    greatest = pl.when(pl.col(share) > half).then(per * pl.col(part) / (pl.col(share) - half))
    return least, to_hundredths(greatest)


def half_unit() -> pl.Expr:
    """Half a unit of a figure's last decimal place, in hundredths."""
    return 50 / pl.lit(10.0).pow(pl.col("decimals"))


def percentage(part: pl.Expr, total: pl.Expr) -> pl.Expr:
    """A share in per cent, rounded to two decimals; null where the base is zero."""
    return half_away(pl.when(total != 0).then(100 * part / total) * 100) / 100


def to_hundredths(numbers: pl.Expr) -> pl.Expr:
    """Numbers as whole hundredths."""
    return half_away(numbers * 100).cast(pl.Int64)


def whole(hundredths: pl.Expr) -> pl.Expr:
    """Whole hundredths rounded to whole numbers, as hundredths."""
    return hundredths.sign() * ((hundredths.abs() + 50) // 100) * 100


def middle(least: pl.Expr, greatest: pl.Expr) -> pl.Expr:
    """The middle of two numbers of hundredths, in whole hundredths.

    Polars divides by a constant as it multiplies with the reciprocal, which can be a last bit off
    and round a half the other way: this divides by a column.
    """
    return to_hundredths((least + greatest) / (200 + 0 * least))


def half_away(numbers: pl.Expr) -> pl.Expr:
    """Numbers rounded to whole ones, a half away from zero."""
    return numbers.sign() * (numbers.abs() + 0.5).floor()


def worded(template: str, *parts: str | pl.Expr) -> pl.Expr:
    """A text with columns in the places of `{}`.

    `pl.format` does this too, but polars 1.35.2 stops on a column that lies in several chunks.
    """
    texts = template.split("{}")
    pieces: list[pl.Expr] = [pl.lit(texts[0])]
    for part, text in zip(parts, texts[1:], strict=True):
        pieces += [pl.col(part) if isinstance(part, str) else part, pl.lit(text)]
    return pl.concat_str(pieces)


def speak(hundredths: pl.Expr) -> pl.Expr:
    """Hundredths as a reader expects the numbers in a message: `1,234.5`."""
    size = hundredths.cast(pl.Int64).abs()
    digits = (size // 100).cast(pl.String).str.reverse().str.replace_all("([0-9]{3})", "${1},")
    thousands = digits.str.reverse().str.strip_chars_start(",")
    decimals = (100 + size % 100).cast(pl.String).str.slice(1).str.strip_chars_end("0")
    point = pl.when(decimals != "").then(pl.lit(".")).otherwise(pl.lit(""))
    sign = pl.when(hundredths < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return sign + thousands + point + decimals

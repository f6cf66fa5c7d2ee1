"""The marts that the SQL is timed against, with polars.

The observations, the conformed facts, the revisions, and the findings of the three dearest checks
(jump, figure relations, percentage of base). Left out: what `contents.NOT_COMPARED` names, such as
ids and wording, and bases of another release or of a table that lacks a category. Numbers are whole
hundredths until they are handed out: their sums and differences are exact.

Usage: python -m benchmarks.with_polars EXTRACTS OUTPUT
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl

from benchmarks import contents
from safeguarding.published.facts import Fact

FIGURE = ["local_authority_code", "measure_id", "category_id", "period_id", "unit"]
PRINTED = ["release_id", *FIGURE]
SERIES = ["local_authority_code", "measure_id", "category_id", "unit", "is_annual"]
PERIOD = ["release_id", "local_authority_code", "period_id"]
MEASURE = [*PERIOD, "measure_id"]
LABEL = ["local_authority_code", "table_id", "row_label", "unit"]
COUNT = [*MEASURE, "category_id"]


def compute(folder: Path, reference: Path = contents.REFERENCE) -> dict[str, pl.DataFrame]:
    """Every output of a folder of extracts, by its model's name; values in printed units."""
    figures = labelled_figures(folder, reference).lazy()
    by_release = release_figures(figures, read(folder, "adjudications")).collect().lazy()
    latest = latest_figures(by_release).collect().lazy()
    counts = preferred_counts(figures).collect().lazy()
    totals = count_totals(figures, counts).collect().lazy()
    queries = {name: conformed(latest, fact) for name, fact in contents.conformed_facts().items()}
    queries["fct_observations"] = figures.with_columns(pl.col("value") / 100)
    queries["fct_revisions"] = revisions(by_release)
    found = [
        check_jump(latest, reference),
        check_figure_relations(totals, reference),
        check_percentage_of_base(figures, counts, totals, reference),
    ]
    issues = read(folder, "known_issues")
    queries["fct_quality_findings"] = explained(pl.concat(found), issues)
    return dict(zip(queries, pl.collect_all(queries.values()), strict=True))


def read(folder: Path, name: str) -> pl.LazyFrame:
    """One extract: every column text, blank cells null."""
    return pl.scan_parquet(folder / name, hive_partitioning=True, try_parse_hive_dates=False)


def read_reference(reference: Path, name: str) -> pl.LazyFrame:
    """One reference list: every column text, blank cells null."""
    return pl.scan_csv(reference / f"{name}.csv", infer_schema=False)


def labelled_figures(folder: Path, reference: Path) -> pl.DataFrame:
    """Every printed figure with what it measures, its value, definition and rounding."""
    printed = read(folder, "figures").select(contents.FIGURE_COLUMNS).collect()
    order = pl.concat_str("published_date", "release_id", separator=" ")
    releases = read(folder, "releases").select("release_id", release_order=order)
    joined = pl.col("value_as_printed").str.replace_all(contents.WHITE_SPACE, "")
    digits = joined.str.replace_all("[,%]", "").str.replace_all(contents.MINUS, "-")
    number = pl.when(joined.str.contains(f"^(?:{contents.NUMBER})$")).then(digits)
    figures = (
        printed.lazy()
        .with_columns(
            period_id=by_wording(printed["period_label"], contents.period_id),
            source_line=pl.col("source_line").cast(pl.Int64, strict=False),
            number=number,
        )
        .with_columns(
            value=to_hundredths(pl.col("number").cast(pl.Float64)),
            decimals_printed=pl.col("number").str.replace("^[^.]*[.]?", "").str.len_bytes(),
        )
        .join(releases, on="release_id", how="left")
        .join(row_labels(printed, reference), on=LABEL, how="left")
    )
    figures = with_markers(figures, printed["value_as_printed"], reference)
    figures = with_decimals(figures, read(folder, "printed_precision")).with_row_index("row")
    figures = with_definition_numbers(figures, read(folder, "series_breaks"), releases)
    latest = pl.col("release_order").max().over(FIGURE) == pl.col("release_order")
    return figures.with_columns(is_latest_release=latest).collect()


def with_markers(figures: pl.LazyFrame, printed: pl.Series, reference: Path) -> pl.LazyFrame:
    """Figures with whether there is a number and, if not, what stands in its place."""
    markers = read_reference(reference, "value_markers").collect()
    known = dict(zip(markers["marker_as_printed"], markers["marker"], strict=True))
    joined = printed.str.replace_all(contents.WHITE_SPACE, "")
    unread = printed.filter(~joined.str.contains(f"^(?:{contents.NUMBER})$"))
    key = by_wording(unread, lambda text: known.get(contents.label_key(text)))
    blank = pl.lit(known.get(contents.BLANK_MARKER))
    marker = pl.coalesce(key, pl.when(pl.col(printed.name).is_null()).then(blank))
    is_missing = pl.col("value").is_null()
    return figures.with_columns(
        is_missing=is_missing, marker=pl.when(pl.col("number").is_null()).then(marker)
    )


def by_wording(labels: pl.Series, read_one: Callable[[str], str | None]) -> pl.Expr:
    """Read each wording of a label once; the expression is of the series' own column."""
    wordings = labels.drop_nulls().unique().to_list()
    return pl.col(labels.name).replace_strict(
        wordings, [read_one(label) for label in wordings], default=None, return_dtype=pl.String
    )


def row_labels(printed: pl.DataFrame, reference: Path) -> pl.LazyFrame:
    """Measure and category of each wording of a row's label; a council's own wording first."""
    wordings = printed.select(LABEL).unique()
    variants = read_reference(reference, "row_label_variants").collect()
    key = by_wording(variants["printed_label"], contents.row_label_key)
    keyed = variants.lazy().with_columns(key=key)
    general = keyed.filter(pl.col("local_authority_code").is_null())
    own = keyed.select("local_authority_code", "table_id", "key", own_row_id="row_id")
    return (
        wordings.lazy()
        .with_columns(key=by_wording(wordings["row_label"], contents.row_label_key))
        .join(own, on=["local_authority_code", "table_id", "key"], how="left")
        .join(general.select("table_id", "key", "row_id"), on=["table_id", "key"], how="left")
        .with_columns(row_id=pl.coalesce("own_row_id", "row_id"))
        .join(read_reference(reference, "published_rows"), on=["table_id", "row_id", "unit"])
        .select(*LABEL, "measure_id", "category_id")
    )


def with_decimals(figures: pl.LazyFrame, precision: pl.LazyFrame) -> pl.LazyFrame:
    """Figures with the decimals that each is rounded to: as registered, else as printed."""
    places = pl.col("decimals").cast(pl.Int64, strict=False)
    keys = ["local_authority_code", "period_id", "unit"]
    of_measure = precision.select(*keys, "measure_id", of_measure=places)
    of_unit = precision.filter(pl.col("measure_id").is_null()).select(*keys, of_unit=places)
    return (
        figures.join(of_measure, on=[*keys, "measure_id"], how="left")
        .join(of_unit, on=keys, how="left")
        .with_columns(decimals=pl.coalesce("of_measure", "of_unit", "decimals_printed"))
    )


def with_definition_numbers(
    figures: pl.LazyFrame, breaks: pl.LazyFrame, releases: pl.LazyFrame
) -> pl.LazyFrame:
    """Figures with their definition: 1 and one more for each break that applies to them."""
    keys = ["local_authority_code", "measure_id"]
    told = [*keys, "category_id", "period_id", "release_order"]
    category, broken = pl.col("category_id"), pl.col("category_id_break")
    numbers = (
        figures.select("row", *told)
        .join(breaks.join(releases, on="release_id").select(told), on=keys, suffix="_break")
        .filter(
            broken.is_null() | broken.eq_missing(category),
            pl.col("release_order") >= pl.col("release_order_break"),
            numbered("period_id") >= numbered("period_id_break"),
        )
        .group_by("row")
        .agg(breaks=pl.col("period_id_break").n_unique())
    )
    figures = figures.join(numbers, on="row", how="left")
    return figures.with_columns(definition_number=pl.col("breaks").fill_null(0).cast(pl.Int64) + 1)


def release_figures(figures: pl.LazyFrame, adjudications: pl.LazyFrame) -> pl.LazyFrame:
    """The one figure that each release gives for a thing: the adjudicated, else the first line."""
    number = pl.col("source_line").cast(pl.Int64, strict=False)
    value, line = pl.col("value"), pl.col("adjudicated")
    is_disputed = (value.min() != value.max()).fill_null(value=False)
    disputed = figures.group_by(PRINTED).agg(is_disputed=is_disputed)
    lines = adjudications.select(*PRINTED, adjudicated=number)
    return (
        figures.join(disputed, on=PRINTED, nulls_equal=True)
        .join(lines, on=PRINTED, how="left", nulls_equal=True)
        .filter(line.is_null() | (line == pl.col("source_line")))
        .sort("source_line", nulls_last=True)
        .unique(PRINTED, keep="first")
    )


def latest_figures(by_release: pl.LazyFrame) -> pl.LazyFrame:
    """The latest release: each figure as it gives it, marked where its series breaks."""
    number = pl.col("definition_number")
    is_break = number != number.shift().over(SERIES, order_by="period_id")
    is_annual = pl.col("period_id").str.len_bytes() == len("2022-23")
    figures = by_release.filter("is_latest_release").with_columns(is_annual=is_annual)
    return figures.with_columns(is_break_in_series=is_break.fill_null(value=False))


def conformed(latest: pl.LazyFrame, fact: Fact) -> pl.LazyFrame:
    """One conformed fact: the latest figures of a period (and category) side by side."""
    period = ["local_authority_code", "period_id"]
    columns = {}
    for column in contents.from_releases(fact):
        is_column = (pl.col("measure_id") == column.measure) & (pl.col("unit") == column.unit)
        values = pl.col("value").filter(is_column)
        total = pl.when(values.count() > 0).then(values.sum()) if column.derived else values.max()
        columns[column.column] = total / 100
    measures = [column.measure for column in contents.from_releases(fact)]
    table = (
        latest.filter(pl.col("measure_id").is_in(measures))
        .group_by([*period, "category_id"] if fact.categories else period)
        .agg(
            pl.col("is_disputed").any(),
            release_id=pl.col("release_id").sort_by("release_order").last(),
            has_break_in_series=pl.col("is_break_in_series").any(),
            **columns,
        )
    )
    if fact.categories:
        part = pl.col(contents.share_of_all(fact))
        table = table.rename({"category_id": fact.categories.key}).with_columns(
            calculated_pct=percentage(part, part.sum().over(period))
        )
    net = pl.col("entered_care") - pl.col("left_care")
    return table.with_columns(calculated_net_change=net) if "left_care" in columns else table


def revisions(by_release: pl.LazyFrame) -> pl.LazyFrame:
    """Revisions: figures that a later release changed, on the same definition."""
    series = [*FIGURE, "definition_number"]
    before = pl.col("release_id", "value").shift().over(series, order_by="release_order")
    value, earlier = pl.col("value"), pl.col("earlier_value")
    return (
        by_release.filter(value.is_not_null())
        .with_columns(before.name.prefix("earlier_"))
        .filter(value != earlier)
        .select(
            *FIGURE,
            "earlier_release_id",
            later_release_id="release_id",
            earlier_value=earlier / 100,
            later_value=value / 100,
            change=(value - earlier) / 100,
            change_pct=percentage(value - earlier, earlier),
        )
    )


def preferred_counts(figures: pl.LazyFrame) -> pl.LazyFrame:
    """One count of each thing in a release: the one printed beside a percentage, if any."""
    unit = pl.col("unit")
    return (
        figures.with_columns(is_beside=(unit == "percent").any().over(*PERIOD, "source_line"))
        .filter(unit == "count", pl.col("value").is_not_null())
        .sort("is_beside", "source_line", descending=[True, False], nulls_last=True)
        .unique(COUNT, keep="first")
        .select(*COUNT, "value", "source_line")
    )


def count_totals(figures: pl.LazyFrame, counts: pl.LazyFrame) -> pl.LazyFrame:
    """What each measure's counts sum to over its categories, and whether none is missing."""
    lacks = figures.filter(pl.col("unit") == "count", pl.col("value").is_null())
    missing = lacks.select(*MEASURE, is_missing=True).unique()
    totals = counts.group_by(MEASURE).agg(pl.col("value").sum(), pl.col("source_line").min())
    return totals.join(missing, on=MEASURE, how="left").with_columns(
        is_complete=pl.col("is_missing").is_null(), category_id=pl.lit(None, dtype=pl.String)
    )


def check_jump(latest: pl.LazyFrame, reference: Path) -> pl.LazyFrame:
    """Jump: changes far beyond what the series has shown before, outliers left out of that."""
    series = [*SERIES, "definition_number"]
    parameters = read_reference(reference, "quality_checks").filter(pl.col("check_id") == "jump")
    factor = float(parameters.collect()["parameter"].item())
    value, before, change = pl.col("value"), pl.col("value_before"), pl.col("change")
    known, greatest = pl.col("changes_before"), pl.col("greatest")
    in_proportion = change <= contents.OUTLIER_FACTOR * pl.col("median")
    is_usual = in_proportion | (known < contents.LEAST_HISTORY)
    wrong = (
        latest.filter(value.is_not_null())
        .sort("period_id")
        .with_columns(value_before=value.shift().over(series))
        .with_columns(change=(value - before).abs())
        .with_columns(
            median=change.rolling_median(contents.MOST_PERIODS, min_samples=1).shift().over(series),
            changes_before=change.cum_count().shift().over(series),
        )
        .with_columns(usual=pl.when(is_usual).then(change))
        .with_columns(greatest=pl.col("usual").cum_max().forward_fill().shift().over(series))
        .filter(known >= contents.LEAST_HISTORY, change > factor * greatest)
    )
    return findings(pl.lit("jump"), wrong, before, factor * greatest)


def check_figure_relations(totals: pl.LazyFrame, reference: Path) -> pl.LazyFrame:
    """Figure relations: counts unlike, or below, what the register compares them with."""
    operands = pl.len().over("check_id", "measure_id")
    relations = (
        read_reference(reference, "figure_relations")
        .filter(pl.col("local_authority_code").is_null())
        .select("check_id", "measure_id", "relation", "operand_measure_id", "sign")
        .with_columns(pl.col("sign").cast(pl.Int64), operands=operands)
    )
    names = {"operand_measure_id": "measure_id", "operand": "value"}
    of_operands = totals.select(*PERIOD, "is_complete", **names)
    value, expected, is_least = pl.col("value"), pl.col("expected"), pl.col("is_least")
    wrong = (
        totals.filter("is_complete")
        .join(relations.with_columns(is_least=pl.col("relation") == "at_least"), on="measure_id")
        .join(of_operands, on=[*PERIOD, "operand_measure_id"], suffix="_operand")
        # Parts known in part are still a least sum.
        .filter(pl.col("is_complete_operand") | is_least)
        .group_by(*COUNT, "check_id", "is_least", "source_line", "value", "operands")
        .agg(expected=(pl.col("sign") * pl.col("operand")).sum(), found=pl.len())
        .filter(
            pl.when(is_least)
            .then(value < expected)
            .otherwise((pl.col("found") == pl.col("operands")) & (value != expected))
        )
        .with_columns(unit=pl.lit("count"))
    )
    return findings(pl.col("check_id"), wrong, expected, pl.lit(0.0))


def check_percentage_of_base(
    figures: pl.LazyFrame, counts: pl.LazyFrame, totals: pl.LazyFrame, reference: Path
) -> pl.LazyFrame:
    """Percentage of base: printed percentages that are not their numerator over their base."""
    value, numerator, base = pl.col("value"), pl.col("numerator"), pl.col("base")
    half_unit = 50 / pl.lit(10.0).pow(pl.col("decimals"))
    parts = {"numerator_measure_id": "measure_id", "numerator": "value"}
    bases = {"base_measure_id": "measure_id", "base": "value"}
    on = [*PERIOD, "numerator_measure_id", "category_id"]
    wrong = (
        figures.filter(pl.col("unit") == "percent", value.is_not_null())
        .join(read_reference(reference, "percentage_bases"), on="measure_id")
        .join(counts.select(*PERIOD, "category_id", **parts), on=on, nulls_equal=True)
        .join(
            totals.filter("is_complete").select(*PERIOD, **bases), on=[*PERIOD, "base_measure_id"]
        )
        .filter((value * base - 10_000 * numerator).abs() > half_unit * base)
    )
    expected = to_hundredths(percentage(numerator, base))
    return findings(pl.lit("percentage_of_base"), wrong, expected, half_unit)


def findings(
    check_id: pl.Expr, rows: pl.LazyFrame, expected: pl.Expr, tolerance: pl.Expr
) -> pl.LazyFrame:
    """Findings in the columns that every check returns, but for their wording."""
    return rows.select(
        *(*COUNT, "unit", "source_line"),
        check_id=check_id,
        printed_value=pl.col("value") / 100,
        expected_value=expected / 100,
        tolerance=tolerance / 100,
    )


def explained(found: pl.LazyFrame, known_issues: pl.LazyFrame) -> pl.LazyFrame:
    """Findings with the known issue of the same figures."""
    values = ["printed_value", "expected_value"]
    keys = ["check_id", *COUNT, *values]
    issues = known_issues.select(*keys, "known_issue_id").with_columns(
        pl.col(values).cast(pl.Float64, strict=False)
    )
    rounded = found.with_columns(to_hundredths(pl.col(values)) / 100)
    return rounded.join(issues, on=keys, how="left", nulls_equal=True)


def numbered(period: str) -> pl.Expr:
    """A number that sorts years and the quarters of each."""
    year, quarter = (pl.col(period).str.slice(*place) for place in ((0, 4), (9, 1)))
    return contents.YEAR * year.cast(pl.Int64) + quarter.cast(pl.Int64, strict=False).fill_null(0)


def percentage(part: pl.Expr, total: pl.Expr) -> pl.Expr:
    """A share in per cent, rounded to two decimals; null where the base is zero."""
    return to_hundredths(pl.when(total != 0).then(100 * part / total)) / 100


def to_hundredths(numbers: pl.Expr) -> pl.Expr:
    """Numbers as whole hundredths, a half away from zero."""
    return (numbers.sign() * ((numbers * 100).abs() + 0.5).floor()).cast(pl.Int64)


def main(folder: Path, output: Path) -> None:
    """Compute every output, and write the columns that are compared as Parquet."""
    output.mkdir(parents=True)
    for name, frame in compute(folder).items():
        columns = [each for each in contents.columns_of(name) if each in frame.columns]
        frame.select(columns).write_parquet(output / f"{name}.parquet")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

"""The facts, revisions and findings computed a second time, with pandas and without the SQL."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.contents import REFERENCE, conformed_facts
from support.oracle.arithmetic import COUNT, check_parameters, read, read_reference
from support.oracle.conformed import (
    conformed,
    count_totals,
    implied_populations,
    labelled_figures,
    latest_figures,
    preferred_counts,
    release_figures,
    revisions,
)
from support.oracle.printed_checks import (
    check_figure_missing,
    check_figure_relations,
    check_impossible_value,
    check_percentage_of_base,
    check_printed_precision,
    check_same_count_printed_twice,
    check_shares_sum_to_100,
    check_table_missing,
)
from support.oracle.series_checks import (
    check_cla_stock_and_flows,
    check_cpp_stock_and_flows,
    check_jump,
    check_label_vanished,
    check_population_between_years,
    check_rates_imply_one_population,
)


def compute(folder: Path, reference: Path = REFERENCE) -> dict[str, pd.DataFrame]:
    """Compute every table that `contents.KEYS` names.

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


def findings(
    figures: pd.DataFrame, latest: pd.DataFrame, folder: Path, reference: Path
) -> pd.DataFrame:
    """Everything that the checks find, with the known issue that explains it; no messages."""
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
            check_figure_relations(totals, reference),
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
    return explained(found, read(folder, "known_issues"))


def explained(found: pd.DataFrame, known_issues: pd.DataFrame) -> pd.DataFrame:
    """Findings with the known issue of the same figures."""
    values = ["printed_value", "expected_value"]
    keys = ["check_id", *COUNT, *values]
    issues = known_issues[[*keys, "known_issue_id"]].copy()
    issues[values] = issues[values].apply(pd.to_numeric, errors="coerce")
    found[values] = found[values].round(2)
    return found.merge(issues, how="left", on=keys)

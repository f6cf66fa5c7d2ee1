"""Find out how many wrong digits the warehouse would notice.

One digit of one printed figure is changed at a time, everything is built again in memory, and the
change counts as noticed if a finding or a revision appears that was not there. What nothing
notices is named.

Usage: make mutation ARGS="[--sample N] [--report FILE]"
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import duckdb
from rich.progress import track

from safeguarding.warehouse.compiled_project import CompiledProject, Row
from safeguarding.warehouse.seed_files import PROJECT

SEED = 20221213  # the day of the first report: any fixed number would do
REPORT = PROJECT / "docs" / "mutation.md"
# A finding in a new place, or one that its known issue no longer explains. What is there for
# information changes with any figure and notices nothing.
NOTICED_IN = """
    select finding_id || ' ' || coalesce(known_issue_id, 'unexplained')
    from marts.fct_quality_findings
    where severity <> 'info'
    union all
    select revision_id || ' ' || earlier_value || ' ' || later_value
    from marts.fct_revisions
"""
CONTRADICTED = "select claim_id from marts.fct_narrative_claims where verdict = 'contradicts'"


class Mutation(NamedTuple):
    """One digit of one figure, changed: the row of the seed, from 0, and the figure's new text."""

    seed: str
    row: int
    value: str


class Outcome(NamedTuple):
    """A mutation, the row as printed, and what appeared: a finding or revision, a contradiction."""

    mutation: Mutation
    original: Row
    noticed: bool
    contradicted: bool


def mutations(
    seeds: dict[str, list[Row]], figure_seeds: Iterable[str], sample: int | None
) -> list[Mutation]:
    """Choose figures, spread over the tables, and a digit of each.

    Args:
        seeds: Rows of each seed.
        figure_seeds: Names of the seeds to change.
        sample: How many figures, shared out by the size of the tables with at least one from each;
            all if None.

    Returns:
        The same mutations every time: the generator starts from a fixed number.
    """
    generator = random.Random(SEED)  # noqa: S311 - not for secrecy
    printed = {
        name: [number for number, row in enumerate(seeds[name]) if _digits(row)]
        for name in sorted(figure_seeds)
    }
    total = sum(map(len, printed.values()))
    chosen = []
    for name, numbers in printed.items():
        share = len(numbers) if sample is None else max(1, round(sample * len(numbers) / total))
        for number in sorted(generator.sample(numbers, min(share, len(numbers)))):
            chosen.append(Mutation(name, number, _mutate(seeds[name][number], generator)))
    return chosen


def _digits(row: Row) -> list[int]:
    return [match.start() for match in re.finditer(r"\d", row["value_as_printed"] or "")]


def _mutate(row: Row, generator: random.Random) -> str:
    text = row["value_as_printed"]
    place = generator.choice(_digits(row))
    digit = generator.choice([d for d in "0123456789" if d != text[place]])
    return text[:place] + digit + text[place + 1 :]


def run(project: CompiledProject, chosen: Sequence[Mutation]) -> list[Outcome]:
    """Build once as printed and once for each mutation, and compare what was noticed."""
    seeds = project.read_seeds()
    connection = project.build(seeds)
    relations = {node.name: node for node in project.nodes if node.kind == "seed"}
    before = _first_column(connection, NOTICED_IN)
    claims_before = _first_column(connection, CONTRADICTED)
    outcomes = []
    for mutation in track(chosen, "Changing digits", disable=not sys.stderr.isatty()):
        original = seeds[mutation.seed][mutation.row]
        relation = relations[mutation.seed].relation
        place = f"where rowid = {mutation.row}"
        update = f"update {relation} set value_as_printed = ? {place}"
        connection.execute(update, [mutation.value])
        project.run_models(connection)
        noticed = _first_column(connection, NOTICED_IN) - before
        contradicted = _first_column(connection, CONTRADICTED) - claims_before
        outcomes.append(Outcome(mutation, original, bool(noticed), bool(contradicted)))
        connection.execute(update, [original["value_as_printed"]])
    return outcomes


def _first_column(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {row[0] for row in connection.sql(query).fetchall()}


def report(outcomes: Sequence[Outcome]) -> str:
    """The outcome as a page: shares by table, and the figures that nothing noticed."""
    lines = [
        "# How many wrong digits would be noticed",
        "",
        f"`make mutation` changed one digit in each of {len(outcomes)} figures, one at a time, and",
        "built everything again. A change was noticed if an error, a warning or a revision",
        "appeared that was not there before, or a known one was no longer explained. The last",
        "column adds changes that only a claim of the prose noticed, being contradicted where it",
        "was not.",
        "",
        "| table | figures changed | noticed | share | with claims |",
        "|---|---|---|---|---|",
        *(_share(f"`{table}`", list(group)) for table, group in groupby(outcomes, _table)),
        _share("**all**", outcomes),
        "",
        "## What nothing noticed",
        "",
        "Nothing else that is printed says what these figures should be, or the change stayed",
        "within rounding or within what the series has done before.",
        "",
        "| table | release | row | period | unit | printed | changed to | only a claim noticed |",
        "|---|---|---|---|---|---|---|---|",
        *(_survivor(outcome) for outcome in outcomes if not outcome.noticed),
    ]
    return "\n".join(lines) + "\n"


def _table(outcome: Outcome) -> str:
    return outcome.mutation.seed


def _share(name: str, outcomes: Sequence[Outcome]) -> str:
    tried = len(outcomes)
    noticed = sum(outcome.noticed for outcome in outcomes)
    with_claims = sum(outcome.noticed or outcome.contradicted for outcome in outcomes)
    return (
        f"| {name} | {tried} | {noticed} | {100 * noticed / tried:.1f}% |"
        f" {100 * with_claims / tried:.1f}% |"
    )


def _survivor(outcome: Outcome) -> str:
    row = outcome.original
    return (
        f"| `{outcome.mutation.seed}` | {row['release_id']} | {row['row_label']} |"
        f" {row['period_label']} | {row['unit']} | {row['value_as_printed']} |"
        f" {outcome.mutation.value} | {'yes' if outcome.contradicted else 'no'} |"
    )


def figure_seeds(project: CompiledProject) -> list[str]:
    """Names of the seeds that hold printed tables."""
    return [
        node.name
        for node in project.nodes
        if node.kind == "seed" and "figures" in node.path.parts and node.name != "headline_figures"
    ]


def main() -> None:
    """Run the mutations, write the report and say the share in a line."""
    parser = argparse.ArgumentParser(description="Count the wrong digits that would be noticed.")
    parser.add_argument("--sample", type=int, help="figures to change (default: every one)")
    parser.add_argument("--report", type=Path, default=REPORT, help="default: %(default)s")
    options = parser.parse_args()
    project = CompiledProject.of(PROJECT)
    chosen = mutations(project.read_seeds(), figure_seeds(project), options.sample)
    start = time.perf_counter()
    outcomes = run(project, chosen)
    options.report.write_text(report(outcomes), encoding="utf-8")
    noticed = sum(outcome.noticed for outcome in outcomes)
    seconds = time.perf_counter() - start
    print(f"{noticed} of {len(outcomes)} changes noticed, in {seconds:.0f} s. See {options.report}")


if __name__ == "__main__":
    main()

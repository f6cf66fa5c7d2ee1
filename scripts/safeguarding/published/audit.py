"""Print the state of trust: what does not fit, which claims fail, what was revised.

Usage: python scripts/audit.py [--format terminal|markdown|json] [--all] [--authority CODE ...]

Exits 1 if nobody has examined a contradiction (severity `error`), 2 if there is no warehouse, or
nothing of an authority in it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from safeguarding.homes import places
from safeguarding.published.catalogue import WAREHOUSE
from safeguarding.warehouse import database_files

Row = dict[str, Any]
COLOURS = {
    "error": "red",
    "contradicts": "red",
    "depends on the reading": "yellow",
    "warning": "yellow",
    "info": "cyan",
    "agrees": "green",
    "agrees within rounding": "green",
}

CAUSES = ("explained", "examined without finding the cause", "open")
FINDINGS = """
    select
        severity, check_id, message, known_issue_id, explanation,
        case
            when is_explained then 'explained'
            when known_issue_id is not null then 'examined without finding the cause'
            else 'open'
        end as cause
    from marts.fct_quality_findings
    where $authorities = [] or local_authority_code in $authorities
    order by
        case severity when 'error' then 1 when 'warning' then 2 else 3 end,
        known_issue_id is not null,
        release_id, period_id, finding_id
"""
CLAIMS = """
    select
        verdict, claim_id, statement, comparison, claimed_value, recomputed_value, explanation
    from marts.fct_narrative_claims
    where $authorities = [] or local_authority_code in $authorities
    order by
        case verdict
            when 'contradicts' then 1 when 'depends on the reading' then 2
            when 'agrees within rounding' then 3 when 'agrees' then 4 else 5
        end,
        release_id, source_line, claim_id
"""
REVISIONS = """
    select
        local_authority_name, period_label, measure_name, category_id, unit,
        earlier_value, later_value, change, change_pct, later_release_id
    from marts.fct_revisions
    inner join marts.dim_measure using (measure_id)
    inner join marts.dim_period using (period_id)
    inner join marts.dim_local_authority using (local_authority_code)
    where $authorities = [] or local_authority_code in $authorities
    order by abs(change_pct) desc nulls first, revision_id
"""
AUTHORITIES = "select distinct local_authority_code from marts.fct_observations order by all"


@dataclass(frozen=True)
class Audit:
    """What the warehouse holds of findings, claims and revisions, the worst first."""

    findings: list[Row]
    claims: list[Row]
    revisions: list[Row]

    @property
    def open_errors(self) -> list[Row]:
        """Findings of severity `error` that nobody has examined."""
        return [
            finding
            for finding in self.findings
            if finding["severity"] == "error" and finding["cause"] == "open"
        ]

    def counts(self) -> dict[str, dict[str, int]]:
        """Numbers of findings by severity, also by cause, and of claims by verdict."""
        return {
            "findings": _count(finding["severity"] for finding in self.findings),
            **{
                cause: _count(
                    finding["severity"] for finding in self.findings if finding["cause"] == cause
                )
                for cause in CAUSES
            },
            "claims": _count(claim["verdict"] for claim in self.claims),
        }


def read(warehouse: Path, authorities: Sequence[str] = ()) -> Audit:
    """Read the state of trust from a warehouse, of some authorities or of all.

    Raises:
        OSError: The file is no warehouse, or cannot be opened.
        ValueError: It has no figures of an authority.
    """
    with database_files.reading(warehouse, places.command("build")) as connection:
        known = [code for (code,) in connection.sql(AUTHORITIES).fetchall()]
        if unknown := sorted(set(authorities) - set(known)):
            raise ValueError(
                f"--authority {', '.join(unknown)}: no release prints figures for it."
                f" There are: {', '.join(known)}."
            )
        chosen = {"authorities": list(authorities)}
        return Audit(*(_rows(connection, query, chosen) for query in (FINDINGS, CLAIMS, REVISIONS)))


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, chosen: dict[str, list[str]]
) -> list[Row]:
    relation = connection.sql(query, params=chosen)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _count(values: Iterable[str]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for value in values:
        numbers[value] = numbers.get(value, 0) + 1
    return numbers


def as_json(audit: Audit) -> str:
    """Everything, for pipelines; figures are text, so that none is rounded on the way."""
    content = {
        "unexplained_errors": len(audit.open_errors),
        "counts": audit.counts(),
        "findings": audit.findings,
        "claims": audit.claims,
        "revisions": audit.revisions,
    }
    return json.dumps(content, indent=2, default=str, ensure_ascii=False)


def as_markdown(audit: Audit, show_all: bool) -> str:
    """Headings and tables, to paste into a page."""
    lines = ["# State of trust", ""]
    for title, rows in sections(audit, show_all):
        lines += [f"## {title}", ""]
        if rows:
            lines += ["| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])]
            lines += [
                "| " + " | ".join(_text(value).replace("|", "\\|") for value in row.values()) + " |"
                for row in rows
            ]
        else:
            lines.append("None.")
        lines.append("")
    return "\n".join(lines).rstrip()


def print_terminal(audit: Audit, show_all: bool, console: Console) -> None:
    """Tables in colour where there is a terminal, plain where there is none."""
    for title, rows in sections(audit, show_all):
        table = Table(title=title, title_justify="left", title_style="bold", show_lines=True)
        for name in rows[0] if rows else ["None."]:
            table.add_column(name, overflow="fold")
        for row in rows:
            style = COLOURS.get(str(next(iter(row.values()))), "")
            first, *others = (escape(_text(value)) for value in row.values())
            table.add_row(f"[{style}]{first}[/]" if style else first, *others)
        console.print(table)
        console.print()


def sections(audit: Audit, show_all: bool) -> list[tuple[str, list[Row]]]:
    """What is shown, with its headings: all rows, or only those that a reader must see."""
    counts = audit.counts()
    findings = [
        {
            "severity": finding["severity"],
            "finding": finding["message"],
            "cause": finding["cause"],
            "explanation": finding["explanation"],
        }
        for finding in audit.findings
        if show_all or finding["severity"] != "info"
    ]
    claims = [
        {key: value for key, value in claim.items() if key != "comparison"}
        for claim in audit.claims
        if show_all or claim["verdict"] in {"contradicts", "depends on the reading"}
    ]
    revisions = [
        {
            "figure": f"{row['local_authority_name']}, {row['period_label']},"
            f" {row['measure_name']}" + (f" ({row['category_id']})" if row["category_id"] else ""),
            "earlier": row["earlier_value"],
            "later": row["later_value"],
            "change": row["change"],
            "change_pct": row["change_pct"],
            "changed by": row["later_release_id"],
        }
        for row in audit.revisions
    ]
    return [
        (f"Open errors: {len(audit.open_errors)}", _summary(counts)),
        (f"Findings: {_said(counts['findings'])}", findings),
        (f"Statements in the report, checked: {_said(counts['claims'])}", claims),
        (f"Revisions: {len(revisions)}", revisions),
    ]


def _summary(counts: dict[str, dict[str, int]]) -> list[Row]:
    return [
        {
            "severity": severity,
            "findings": number,
            **{cause: counts[cause].get(severity, 0) for cause in CAUSES},
        }
        for severity, number in counts["findings"].items()
    ]


def _said(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in numbers.items()) or "none"


def _text(value: object) -> str:
    return "" if value is None else str(value)


def main(arguments: list[str] | None = None) -> int:
    """Print the audit; the exit code tells whether every error has been examined."""
    parser = argparse.ArgumentParser(description="Print the state of trust in the figures.")
    parser.add_argument("--format", choices=["terminal", "markdown", "json"], default="terminal")
    parser.add_argument(
        "--all", action="store_true", help="also findings for information and claims that agree"
    )
    parser.add_argument("--warehouse", type=Path, default=WAREHOUSE, help="default: %(default)s")
    parser.add_argument(
        "--authority", nargs="+", default=[], metavar="CODE", help="ONS codes; all if left out"
    )
    options = parser.parse_args(arguments)
    try:
        audit = read(options.warehouse, options.authority)
    except (OSError, ValueError) as error:
        print(f"- {error}", file=sys.stderr)
        return 2
    if options.format == "json":
        print(as_json(audit))
    elif options.format == "markdown":
        print(as_markdown(audit, options.all))
    else:
        print_terminal(audit, options.all, Console())
    return 1 if audit.open_errors else 0

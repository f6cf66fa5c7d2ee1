"""Choose which figures to hide from an audience.

Which counts are small, and for whom, is data: `seeds/registers/disclosure_rules.csv`. Figures that
would give them away are hidden with them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from safeguarding.disclosure.knowledge import read_authorities
from safeguarding.disclosure.known_counts import SIGNED, TOTAL
from safeguarding.disclosure.protection import Cell, protect

BASE = "@base"  # a measure's total, as shown in the row of each category


@dataclass(frozen=True)
class Hidden:
    """A figure to hide; `scope` is `fact` for the latest ones, `observation` for all releases'."""

    scope: str
    cell: Cell
    unit: str


def hide_figures(
    connection: duckdb.DuckDBPyConnection, audience: str, declared: Collection[str]
) -> tuple[str, list[Cell]]:
    """Make the temporary tables `controlled`, `figures` and `hidden` for an audience.

    Args:
        connection: One to the warehouse.
        audience: Who the figures are for.
        declared: Measures that the conformed facts have.

    Returns:
        The marker of suppressed figures, and the small counts that can still be worked out.

    Raises:
        ValueError: The rules of the audience contradict each other.
    """
    marker, width = _read_rules(connection, audience)
    _load_figures(connection)
    hidden, deducible = _choose_hidden(connection, width, declared) if width else ([], [])
    _load_hidden(connection, hidden)
    return marker, deducible


def _choose_hidden(
    connection: duckdb.DuckDBPyConnection, width: int, declared: Collection[str]
) -> tuple[list[Hidden], list[Cell]]:
    """Choose figures to hide, from the `figures` of all releases.

    Args:
        connection: One with the temporary tables `controlled` and `figures`.
        width: How far apart the values must be that a reader cannot rule out for a small count.
        declared: Measures that the conformed facts have.

    Returns:
        What to hide, and the small counts that can still be worked out.
    """
    chosen, deducible = set(), set()
    for authority in read_authorities(connection, declared):
        protection = protect(authority.system, authority.small, SIGNED, width)
        deducible |= {count.cell for count in protection.deducible}
        for name, scope in authority.scopes.items():
            kind = "fact" if name == "latest" else "observation"
            chosen |= {Hidden(kind, *figure) for figure in scope.to_hide(protection)}
        # An observation goes with its figure in whichever scope it was found.
        chosen |= {Hidden("observation", cell, "count") for cell in protection.cells}
        chosen |= {Hidden("observation", ratio.cell, ratio.unit) for ratio in protection.ratios}
    chosen |= {Hidden("observation", h.cell, h.unit) for h in chosen}
    return sorted(chosen, key=lambda h: (h.scope, h.cell, h.unit)), sorted(deducible)


def _read_rules(connection: duckdb.DuckDBPyConnection, audience: str) -> tuple[str, int]:
    """Make `controlled`: the releases that a rule of the audience applies to.

    Returns:
        The marker of suppressed figures, and the greatest count to suppress (0: none).

    Raises:
        ValueError: Two rules apply to the same releases, or the markers differ.
    """
    connection.execute(
        """
        create temp table controlled as
        select
            dim_release.release_id,
            cast(rules.least_count as bigint) as least_count,
            cast(rules.greatest_count as bigint) as greatest_count,
            rules.marker
        from marts.dim_release
        inner join raw.disclosure_rules as rules
            on rules.applies_to
            = case when dim_release.is_published then 'published' else 'unpublished' end
        where rules.audience = ? and rules.greatest_count is not null
        """,
        [audience],
    )
    (rules, releases, markers, marker, greatest) = connection.sql(
        "select count(*), count(distinct release_id), count(distinct marker), min(marker),"
        " max(greatest_count) from controlled"
    ).fetchall()[0]
    if rules > releases or markers > 1:
        raise ValueError(f"disclosure_rules.csv: two rules for {audience} contradict each other")
    return marker or "c", int(greatest or 0)


def _load_figures(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `figures`: every figure of the authorities with a controlled release.

    A figure that a release without control prints with the same value is no secret.
    """
    connection.execute(
        """
        create temp table figures as
        with printed as (
            select
                *,
                bool_or(not is_part) over same_thing as has_whole,
                bool_or(is_missing) over same_thing as has_missing
            from marts.fct_observations
            window same_thing as (
                partition by
                    release_id, local_authority_code, measure_id, category_id, period_id, unit
            )
        ),
        -- Parts count as their sum, and never leave one by one; nor does a calendar year.
        counted as (
            select * from printed where not is_part and length(period_id) > 4
            union all by name
            select
                release_id, local_authority_code, measure_id, category_id, period_id, unit,
                sum(value) as value,
                greatest(min(decimals_printed) - 1, 0) as decimals_printed,
                min(source_line) as source_line,
                false as is_missing,
                bool_or(is_latest_release) as is_latest_release
            from (
                select * from printed
                where is_part and length(period_id) > 4 and not has_whole and not has_missing
                qualify
                    row_number() over (
                        partition by
                            release_id, local_authority_code, measure_id, category_id,
                            period_id, unit, row_label
                        order by source_line
                    ) = 1
            )
            group by all
        ),
        observations as (
            select
                counted.*,
                controlled.release_id is not null as is_controlled,
                controlled.least_count,
                controlled.greatest_count
            from counted
            left join controlled on counted.release_id = controlled.release_id
            where not counted.is_missing
        ),
        known as (
            select
                *,
                is_controlled and not coalesce(
                    bool_or(not is_controlled) over (
                        partition by
                            local_authority_code, measure_id, category_id, period_id, unit, value
                    ),
                    false
                ) as is_secret
            from observations
            qualify bool_or(is_controlled) over (partition by local_authority_code)
        )
        select
            *,
            is_secret and unit = 'count'
            and abs(value) between least_count and greatest_count as is_small
        from known
        """
    )


def _load_hidden(connection: duckdb.DuckDBPyConnection, hidden: Sequence[Hidden]) -> None:
    connection.execute(
        "create temp table hidden (scope varchar, local_authority_code varchar,"
        " measure_id varchar, category_id varchar, period_id varchar, unit varchar)"
    )
    # As one text: DuckDB takes seconds over thousands of parameters.
    rows = json.dumps([[h.scope, *h.cell, h.unit] for h in hidden])
    connection.execute(
        "insert into hidden select h[1], h[2], h[3], nullif(h[4], ''), h[5], h[6]"
        " from (select unnest(from_json(?, '[[\"varchar\"]]')) as h)",
        [rows],
    )
    connection.execute(
        f"""
        insert into hidden
        select
            scope, local_authority_code, parts.measure_id || '{BASE}', parts.category_id,
            period_id, unit
        from hidden
        inner join (
            select distinct local_authority_code, measure_id, category_id, period_id
            from marts.fct_observations
            where category_id is not null
        ) as parts
            using (local_authority_code, period_id)
        where hidden.measure_id = parts.measure_id || '{TOTAL}'
        """
    )

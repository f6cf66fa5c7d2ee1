"""Write SYNTHETIC releases as a folder of extracts: Parquet or CSV, every column text.

DuckDB spreads the book of figures over the releases that print them, sorts and writes; memory
stays small since only numbers are held, and text is made on the way out.
"""

from __future__ import annotations

import duckdb
import numpy as np

from scale.extract_files import write_authority
from support.synthetic_releases import planted
from support.synthetic_releases.councils import councils
from support.synthetic_releases.figures import Author
from support.synthetic_releases.printed import load, print_again, put_errors
from support.synthetic_releases.truth import write_registers, write_revisions
from support.synthetic_releases.work import Made, Order, Work, number_of

MEMORY = "2GB"


def write(order: Order) -> Made:
    """Make the releases and write them, with the truth about them in `truth/`.

    Raises:
        ValueError: The order cannot be met; the message says which part and what to do.
    """
    _check(order)
    rng = np.random.default_rng(order.seed)
    chosen = councils(order.authorities, rng)
    author = Author(chosen, order.timetable, rng, order.revised_share)
    book = author.write()
    with duckdb.connect(":memory:", config={"memory_limit": MEMORY}) as connection:
        work = Work(connection, order, chosen, book, list(book), author.breaks)
        order.output.mkdir(parents=True, exist_ok=True)
        connection.execute("set temp_directory = ?", [str(order.output / ".spill")])
        load(work)
        wanted = round(order.planted_share * number_of(connection, "select count(*) from printed"))
        errors = planted.plant(chosen, order.timetable, book, wanted, rng) if wanted else []
        put_errors(work, errors)
        print_again(work)
        _write_figures(work)
        write_registers(work, errors)
        revisions = write_revisions(work)
        figures, missing = connection.execute(
            "select count(*) filter (not is_hidden), count(*) filter (is_hidden) from printed"
        ).fetchall()[0]
    return Made(
        releases=len(chosen) * len(order.timetable.releases()),
        figures=figures,
        missing=missing,
        revisions=revisions,
        planted=len(errors),
        findings=sum(len(error.findings) for error in errors),
    )


def _check(order: Order) -> None:
    if order.output.exists() and any(order.output.iterdir()):
        raise ValueError(
            f"--output: the folder {order.output} is not empty. Name a new folder, or empty it."
        )


def _write_figures(work: Work) -> None:
    order = work.order
    each = len(order.timetable.releases())
    for number, council in enumerate(work.councils):
        query = _figures_of(number * each, (number + 1) * each)
        write_authority(work.connection, query, order.output, council.code, order.form)


def _figures_of(first: int, end: int) -> str:
    """What one council's releases print: their numbers from the first to before the end."""
    return f"""
        select
            series.table_id,
            releases.release_id,
            councils.local_authority_code,
            series.source_table,
            cast(coalesce(printed.line, series.source_line) as varchar) as source_line,
            cast(
                2 + series.unit_no + 3 * (
                    printed.period_no + series.span - 1
                    - case series.period_type
                        when 'quarter' then releases.quarter_no else releases.year_no
                    end
                ) as varchar
            ) as source_cell,
            labels.row_label,
            case
                when councils.has_slash and series.period_type = 'financial_year'
                    then replace(periods.period_label, '-', '/')
                else periods.period_label
            end as period_as_printed,
            periods.period_label,
            series.unit,
            case
                when printed.text is not null then printed.text
                when printed.is_hidden then councils.marker
                when series.unit = 'count' and councils.has_commas
                    then format('{{:,}}', printed.value)
                when series.unit = 'count' then cast(printed.value as varchar)
                when printed.decimals = 1 then format('{{:.1f}}', printed.value / 10)
                else format('{{:.2f}}', printed.value / 100)
            end || case
                when series.unit = 'percent' and not printed.is_hidden and printed.text is null
                    then councils.percent_sign
                else ''
            end as value_as_printed,
            cast(null as varchar) as qualifier,
            cast(null as varchar) as note
        from printed
        inner join series using (series_no)
        inner join releases using (release_no)
        inner join councils using (council_no)
        inner join labels
            on councils.council_no = labels.council_no
            and series.table_id = labels.table_id
            and series.row_id = labels.row_id
        inner join periods
            on series.period_type = periods.period_type and printed.period_no = periods.period_no
        where printed.release_no >= {first} and printed.release_no < {end}
        order by
            printed.release_no, coalesce(printed.line, series.source_line),
            printed.period_no, series.unit_no
    """

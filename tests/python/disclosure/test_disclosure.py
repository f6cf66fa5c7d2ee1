"""What is released gives no small count of an unpublished release away; the rest is there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, Seeds
from safeguarding.disclosure.control import (
    Audience,
    figure_columns,
    released_tables,
    write_released_database,
)
from safeguarding.published.catalogue import Column, Table, exported_tables
from safeguarding.warehouse.compiled_project import CompiledProject
from support.disclosure_attack import Name
from support.synthetic.synthetic_council import (
    COUNCIL,
    DRAFT,
    FINAL,
    PUBLISHED,
    Figures,
    add_release,
    figures,
)

WAREHOUSE = PROJECT / "warehouse.duckdb"
LEAST_WIDTH = 5  # bounds as far apart as 1 and 6: whether a count is small stays open
VARIANTS = [*range(6), 14]
STOCKS = ("cla_at_year_end", "cla_excluding_uasc", "uasc_share_of_cla", "uasc_looked_after")


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return exported_tables(PROJECT / "target" / "manifest.json")


@dataclass(frozen=True)
class Case:
    """A warehouse with SYNTHETIC releases; what they print by release; what is public anyway."""

    warehouse: Path
    printed: dict[str, Figures]
    public: Figures


@pytest.fixture(scope="module")
def cases(
    compiled: CompiledProject, seeds_as_they_are: Seeds, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[int], Case]:
    """Variants of figures: an unpublished release; in 1 and 4 a draft of it came before, in 2 and 4
    the first years were published before.
    """
    made: dict[int, Case] = {}

    def make(variant: int) -> Case:
        if variant not in made:
            seeds = {name: [dict(row) for row in rows] for name, rows in seeds_as_they_are.items()}
            final = figures(variant)
            printed = {FINAL: final}
            public: Figures = {}
            if variant in (2, 4):
                public = {figure: value for figure, value in final.items() if figure[2] < "2020"}
                add_release(seeds, PUBLISHED, "2021-01-01", public, is_published=True)
            if variant in (1, 4):
                # The draft's quarters are those of other figures altogether.
                other = figures(variant + 1000)
                printed[DRAFT] = {k: other[k] if "Q" in k[2] else v for k, v in final.items()}
                printed[DRAFT] |= {k: v for k, v in other.items() if k[0] in STOCKS}
                add_release(seeds, DRAFT, "2022-01-01", printed[DRAFT], is_published=False)
            add_release(seeds, FINAL, "2022-06-01", final, is_published=False)
            path = tmp_path_factory.mktemp("synthetic") / "warehouse.duckdb"
            compiled.build(seeds, str(path)).close()
            made[variant] = Case(path, printed, public)
        return made[variant]

    return make


def release(warehouse: Path, tables: list[Table], audience: Audience, name: str = "x") -> Path:
    target = warehouse.parent / f"{audience}-{name}.duckdb"
    if not target.exists():
        write_released_database(warehouse, tables, audience, target)
    return target


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def report(message: str) -> None:
    """Say how things stand, with `pytest -s`."""
    sys.stdout.write(f"\n{message}")


def secrets_in(case: Case, release_id: str) -> dict[Name, int]:
    """Counts of a release from 1 to 5, either side of zero, that no published release prints."""
    found = rows(
        case.warehouse,
        "select measure_id, coalesce(category_id, ''), period_id, cast(value as integer)"
        f" from marts.fct_observations where release_id = '{release_id}' and unit = 'count'"
        " and abs(value) between 1 and 5",
    )
    return {
        ("net" if m == "care_net_change" else str(m), str(c), str(p)): int(str(v))
        for m, c, p, v in found
        if (m, c, p, "count") not in case.public
    }


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_small_count_is_blank_and_marked(
    variant: int, cases: Callable[[int], Case], tables: list[Table]
) -> None:
    case = cases(variant)
    database = release(case.warehouse, tables, Audience.PUBLIC)
    for release_id in case.printed:
        shown = rows(
            database,
            "select measure_id, coalesce(category_id, ''), period_id, value, value_as_printed,"
            f" marker, is_missing from marts.fct_observations where release_id = '{release_id}'"
            " and unit = 'count'",
        )
        by_name: dict[object, tuple[object, ...]] = {
            ("net" if row[0] == "care_net_change" else row[0], row[1], row[2]): row[3:]
            for row in shown
        }
        for name in secrets_in(case, release_id):
            assert by_name[name] == (None, None, "c", True), name


@pytest.mark.parametrize("variant", VARIANTS)
def test_facts_show_no_small_count(
    variant: int, cases: Callable[[int], Case], tables: list[Table]
) -> None:
    case = cases(variant)
    database = release(case.warehouse, tables, Audience.PUBLIC)
    public = {key[:3] for key in case.public}
    for table in tables:
        counts = [c.name for c in table.columns if c.data_type == "bigint"]
        for column in counts if figure_columns(table) else []:
            small = rows(
                database,
                f"select period_id from marts.{table.name}"
                f" where local_authority_code = '{COUNCIL}' and abs({column}) between 1 and 5",
            )
            periods = {period for (period,) in small}
            assert not periods - {key[2] for key in public}, (table.name, column)


@pytest.mark.parametrize("variant", VARIANTS)
def test_metrics_say_no_more_than_the_figures_shown(
    variant: int, cases: Callable[[int], Case], tables: list[Table]
) -> None:
    """Each metric, its base, and each quarter of a year total is among the figures released."""
    database = release(cases(variant).warehouse, tables, Audience.PUBLIC)
    shown = """
        select local_authority_code, measure_id, category_id, unit, period_id
        from marts.fct_best_figures
    """
    metrics = """
        select local_authority_code, measure_id, category_id, unit, period_id
        from marts.fct_metrics where metric_kind <> 'year total'
        union all
        select local_authority_code, base_measure_id, null, 'count', period_id
        from marts.fct_metrics where base_value is not null
        union all
        select local_authority_code, measure_id, category_id, unit, period_id || ' Q' || quarter
        from marts.fct_metrics, range(1, 5) as quarters (quarter)
        where metric_kind = 'year total'
    """
    assert rows(database, f"select count(*) > 50 from ({metrics})") == [(True,)]
    assert rows(database, f"from ({metrics}) except from ({shown})") == []


def test_marker_says_why_each_figure_is_blank(
    cases: Callable[[int], Case], tables: list[Table]
) -> None:
    case = cases(0)
    database = release(case.warehouse, tables, Audience.PUBLIC)
    for table in tables:
        for column in figure_columns(table):
            keys = " and ".join(f"released.{key} = whole.{key}" for key in table.primary_key)
            with duckdb.connect(":memory:") as connection:
                connection.execute(f"attach '{database}' as a (read_only)")
                connection.execute(f"attach '{case.warehouse}' as warehouse (read_only)")
                wrong = connection.sql(
                    f"select * from a.marts.{table.name} as released"
                    f" inner join warehouse.marts.{table.name} as whole on {keys}"
                    f" where released.{column}_marker is distinct from case"
                    f" when whole.{column} is null then 'x'"
                    f" when released.{column} is null then 'c' end"
                    f" or released.{column} <> whole.{column}"
                ).fetchall()
            assert not wrong


def test_missing_figure_is_marked_not_available(tables: list[Table], tmp_path: Path) -> None:
    """The share of 2022-23 was lost in conversion: docs/questions.md, question 2."""
    target = tmp_path / "released.duckdb"
    write_released_database(WAREHOUSE, tables, Audience.PUBLIC, target)
    marked = rows(
        target,
        "select period_id, section_47_to_conference_pct_marker"
        " from marts.fct_section_47_and_assessments order by period_id desc limit 2",
    )
    assert marked == [("2022-23", "x"), ("2021-22", None)]


@pytest.mark.parametrize("audience", list(Audience))
def test_nothing_is_suppressed_of_what_is_published(
    audience: Audience, tables: list[Table], tmp_path: Path
) -> None:
    target = tmp_path / "released.duckdb"
    write_released_database(WAREHOUSE, tables, audience, target)
    assert_same(WAREHOUSE, target, tables)


@pytest.mark.parametrize("variant", [0, 1])
def test_internal_audience_sees_everything(
    variant: int, cases: Callable[[int], Case], tables: list[Table]
) -> None:
    case = cases(variant)
    assert_same(case.warehouse, release(case.warehouse, tables, Audience.INTERNAL), tables)


@pytest.mark.parametrize("variant", [0, 1])
def test_published_councils_figures_stay_as_they_are(
    variant: int, cases: Callable[[int], Case], tables: list[Table]
) -> None:
    """Another council's unpublished release leaves Hampshire's figures and findings alone."""
    case = cases(variant)
    database = release(case.warehouse, tables, Audience.PUBLIC)
    assert_same(case.warehouse, database, tables, "local_authority_code = 'E10000014'")


def test_texts_about_an_unpublished_release_are_left_out(
    cases: Callable[[int], Case], tables: list[Table]
) -> None:
    case = cases(1)
    database = release(case.warehouse, tables, Audience.PUBLIC)
    for table, column in (
        ("fct_quality_findings", "release_id"),
        ("fct_reconciliation", "release_id"),
        ("fct_revisions", "later_release_id"),
    ):
        query = f"select count(*) from marts.{table} where {column} in ('{DRAFT}', '{FINAL}')"
        assert rows(case.warehouse, query) != [(0,)]
        assert rows(database, query) == [(0,)]


def test_figures_that_a_published_release_prints_stay_public(
    cases: Callable[[int], Case], tables: list[Table]
) -> None:
    case = cases(4)
    database = release(case.warehouse, tables, Audience.PUBLIC)
    query = (
        "select * from marts.fct_observations"
        f" where release_id = '{PUBLISHED}' order by observation_id"
    )
    assert rows(database, query) == rows(case.warehouse, query)
    assert len(rows(database, query)) > 100


@pytest.mark.parametrize("variant", [0, 1])
def test_many_large_figures_are_kept(
    variant: int, cases: Callable[[int], Case], tables: list[Table]
) -> None:
    """Protection hides more than the small counts, but not everything."""
    case = cases(variant)
    database = release(case.warehouse, tables, Audience.PUBLIC)
    query = (
        "select count(value) from marts.fct_observations where unit = 'count'"
        f" and release_id = '{FINAL}' and abs(value) > 5"
    )
    ((kept,),), ((all_large,),) = rows(database, query), rows(case.warehouse, query)
    report(f"{variant}: {kept} of {all_large} counts above 5 kept")
    assert int(str(kept)) > int(str(all_large)) / (5 if variant == 0 else 2)


def test_types_keys_and_comments_are_the_warehouses(tables: list[Table], tmp_path: Path) -> None:
    target = tmp_path / "released.duckdb"
    write_released_database(WAREHOUSE, tables, Audience.PUBLIC, target)
    names = ", ".join(f"'{table.name}'" for table in tables)
    for query in (
        "select table_name, column_name, data_type, is_nullable, comment from duckdb_columns()"
        f" where schema_name = 'marts' and table_name in ({names})"
        " and not column_name like '%~_marker' escape '~' order by all",
        "select table_name, comment from duckdb_tables()"
        f" where schema_name = 'marts' and table_name in ({names}) order by all",
        "select table_name, constraint_column_names from duckdb_constraints()"
        f" where constraint_type = 'PRIMARY KEY' and table_name in ({names}) order by all",
    ):
        assert rows(target, query) == rows(WAREHOUSE, query)
        assert rows(target, query)
    assert rows(target, "select distinct schema_name from duckdb_tables()") == [("marts",)]
    markers = rows(
        target,
        "select data_type, comment from duckdb_columns() where column_name like '%~_marker'"
        " escape '~'",
    )
    assert len(markers) == sum(len(figure_columns(table)) for table in tables) == 34
    assert all(kind == "VARCHAR" and "suppressed" in str(comment) for kind, comment in markers)
    columns = {t.name: [c.name for c in t.columns] for t in released_tables(tables)}
    with duckdb.connect(str(target), read_only=True) as connection:
        for name, expected in columns.items():
            assert connection.table(f"marts.{name}").columns == expected


def test_second_run_gives_the_same_rows_in_the_order_of_the_key(
    cases: Callable[[int], Case], tables: list[Table]
) -> None:
    case = cases(1)
    first = release(case.warehouse, tables, Audience.PUBLIC, "first")
    second = release(case.warehouse, tables, Audience.PUBLIC, "second")
    for table in tables:
        query = f"from marts.{table.name}"
        assert rows(first, query) == rows(second, query)
        assert rows(first, query) == rows(first, f"{query} order by {', '.join(table.primary_key)}")


def test_figure_without_a_declaration_is_refused(tables: list[Table], tmp_path: Path) -> None:
    extra = Column("children_missing", "bigint", "A new count.")
    changed = [
        replace(t, columns=(*t.columns, extra)) if t.name == "fct_uasc" else t for t in tables
    ]
    sentence = r"^fct_uasc\.children_missing is a figure without a declaration: write `figure: .*"
    with pytest.raises(LookupError, match=sentence):
        write_released_database(WAREHOUSE, changed, Audience.PUBLIC, tmp_path / "released.duckdb")


def test_existing_file_is_not_touched(tables: list[Table], tmp_path: Path) -> None:
    target = tmp_path / "released.duckdb"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        write_released_database(WAREHOUSE, tables, Audience.PUBLIC, target)
    assert target.read_text(encoding="utf-8") == "mine"


def test_contradicting_rules_are_refused(
    compiled: CompiledProject, seeds: Seeds, tables: list[Table], tmp_path: Path
) -> None:
    seeds["disclosure_rules"].append({**seeds["disclosure_rules"][0], "greatest_count": "9"})
    seeds["releases"][0]["is_published"] = "false"
    compiled.build(seeds, str(tmp_path / "warehouse.duckdb")).close()
    with pytest.raises(ValueError, match="contradict each other"):
        release(tmp_path / "warehouse.duckdb", tables, Audience.PUBLIC)


def assert_same(
    warehouse: Path, released: Path, tables: list[Table], only: str | None = None
) -> None:
    """Assert that every figure is as in the warehouse, in the tables that `only` is about."""
    for table in tables:
        names = [column.name for column in table.columns]
        if only is None or "local_authority_code" in names:
            where = f" where {only}" if only else ""
            query = (
                f"select {', '.join(names)} from marts.{table.name}{where}"
                f" order by {', '.join(table.primary_key)}"
            )
            assert rows(released, query) == rows(warehouse, query), table.name


ADDED = {  # measure and category: figure, in an unpublished release
    ("visits", ""): 100,
    ("visits_on_time", ""): 97,
    ("visits_late", ""): 3,
    ("cla_by_age", "under_10"): 3,
    ("cla_by_age", "over_10"): 101,
    ("cla_in_care", ""): 104,
    ("caseload", ""): 17,
    ("reviews_on_time", ""): 98,
}
UNITS = {"caseload": "average", "reviews_on_time": "percent"}


def added_release(seeds: Seeds) -> None:
    """Add the measures by rows of seeds, and a release that prints them."""

    def add(seed: str, *cells: str) -> None:
        names = list(seeds["contacts_and_referrals" if seed == "other_measures" else seed][0])
        seeds[seed].append(dict.fromkeys(names, "") | dict(zip(names, cells, strict=False)))

    add("releases", "synthetic-added", "SYNTHETIC", "-", "2022-06-01", "2021-22", "-", "-", "false")
    for measure in dict.fromkeys(measure for measure, _ in ADDED):
        add("measures", measure, measure, "flow", "false", "SYNTHETIC", "SYNTHETIC")
    for line, ((measure, category), value) in enumerate(ADDED.items(), start=1):
        unit, row = UNITS.get(measure, "count"), f"{measure}{category}"
        add("published_rows", "other_measures", row, row, unit, measure, category, "1")
        add("row_label_variants", "other_measures", row, row)
        printed = (row, "2021-22", "2021-22", unit, str(value))
        add("other_measures", "synthetic-added", COUNCIL, "-", str(line), "1", *printed)


def test_of_measures_that_no_code_knows_what_cannot_be_judged_is_blank(
    compiled: CompiledProject, seeds: Seeds, tables: list[Table], tmp_path: Path
) -> None:
    """No rule says that late visits are the others, or that the ages make up a total."""
    added_release(seeds)
    warehouse = tmp_path / "warehouse.duckdb"
    compiled.build(seeds, str(warehouse)).close()
    database = release(warehouse, tables, Audience.PUBLIC)
    left = {
        (measure, category): value
        for measure, category, value in rows(
            database,
            "select measure_id, coalesce(category_id, ''), value from marts.fct_observations"
            " where release_id = 'synthetic-added' and value is not null",
        )
    }
    assert not left.keys() & {("visits_late", ""), ("cla_by_age", "under_10")}
    assert not {("visits", ""), ("visits_on_time", "")} <= left.keys()
    assert not {("cla_by_age", "over_10"), ("cla_in_care", "")} <= left.keys()
    assert not left.keys() & {("caseload", ""), ("reviews_on_time", "")}
    internal = release(warehouse, tables, Audience.INTERNAL)
    count = "select count(value) from marts.fct_observations where release_id = 'synthetic-added'"
    assert rows(internal, count) == [(len(ADDED),)]

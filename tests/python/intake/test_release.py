"""New figures of another council: in within minutes, judged by the same rules, out again."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook
from test_cases import assert_shape
from typer.testing import CliRunner, Result

from conftest import PROJECT
from safeguarding.intake import desk
from safeguarding.intake import release_commands as command
from safeguarding.warehouse import journal
from safeguarding.warehouse.compiled_project import COMPILED, CompiledProject, rows_of
from support.council_marts import assert_every_mart_is_right
from support.files import council_files
from support.files.council_files import (
    AUTHORITY,
    GIVEN,
    PUBLISHED,
    RELEASE,
    SOURCE_LABELS,
    TITLE,
    digest,
)
from support.synthetic.synthetic_council import Figures

HAMPSHIRE = "E10000014"
Run = Callable[..., Result]


@pytest.fixture
def project(project_copy: Callable[[], Path], compiled: CompiledProject) -> Path:
    return copied(project_copy)


def copied(project_copy: Callable[[], Path]) -> Path:
    """A copy of the project, with the compiled SQL that is kept of it."""
    copy = project_copy()
    shutil.copytree(PROJECT / COMPILED, copy / COMPILED)
    return copy


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line, at work on the copy."""
    monkeypatch.setattr(command, "PROJECT", project)

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(command.app, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def content() -> Figures:
    return council_files.council_figures()


@pytest.fixture
def printed(tmp_path: Path, content: Figures) -> Path:
    return council_files.printed_workbook(tmp_path / "Rutland tables.xlsx", content)


def built(project: Path) -> duckdb.DuckDBPyConnection:
    compiled = CompiledProject.of(project)
    connection = compiled.build(compiled.read_seeds())
    assert list(compiled.failing_tests(connection)) == []
    return connection


def hampshire(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    tables = [
        name
        for (name,) in connection.sql(
            "select table_name from duckdb_columns() where schema_name = 'marts'"
            " and column_name = 'local_authority_code' order by 1"
        ).fetchall()
    ]
    return {
        table: connection.sql(
            f"from marts.{table} where local_authority_code = '{HAMPSHIRE}' order by all"
        ).fetchall()
        for table in tables
    }


def test_printed_tables_of_another_council_reach_every_mart(
    project: Path, run: Run, printed: Path, content: Figures
) -> None:
    before, files = hampshire(built(project)), digest(project)
    seeds = {name: (project / name).read_bytes() for name in files}
    checked = run("check", printed, *GIVEN)
    assert checked.exit_code == 0, checked.output
    assert digest(project) == files, "a check writes nothing"
    loaded = run("load", printed, *GIVEN)
    assert loaded.exit_code == 0, loaded.output
    changed = [name for name in files if (project / name).read_bytes() != seeds[name]]
    assert all(name.startswith("seeds/") for name in changed)
    for name in changed:
        assert (project / name).read_bytes().startswith(seeds[name]), "rows are only appended"
    after = built(project)
    assert_every_mart_is_right(after, content)
    assert hampshire(after) == before


def test_filled_template_reaches_every_mart(
    project: Path, run: Run, tmp_path: Path, content: Figures
) -> None:
    path = tmp_path / "template.xlsx"
    made = run(
        "template", "--release", RELEASE, "--authority", AUTHORITY, "--kind", "annual",
        "--output", path,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    measures = {
        (row["row_name"], row["unit"]): (row["measure_id"], row["category_id"] or "")
        for row in CompiledProject.of(project).read_seeds()["published_rows"]
    }
    council_files.fill_template(path, content, measures)
    loaded = run("load", path)
    assert loaded.exit_code == 0, loaded.output
    assert_every_mart_is_right(built(project), content)


def test_loading_twice_changes_nothing_and_undo_takes_it_all_out(
    project: Path, run: Run, printed: Path
) -> None:
    before = digest(project)
    assert run("load", printed, *GIVEN).exit_code == 0
    after = digest(project)
    again = run("load", printed, *GIVEN)
    assert again.exit_code == 0
    assert "already loaded" in again.output
    assert digest(project) == after != before
    undone = run("undo", RELEASE)
    assert undone.exit_code == 0, undone.output
    assert digest(project) == before
    missing = run("undo", RELEASE)
    assert missing.exit_code == command.CANNOT_RUN
    assert "hampshire-asr-2021-22" in missing.output, "it names what is loaded"


def test_loaded_release_with_other_figures_is_refused(
    project: Path, run: Run, tmp_path: Path, printed: Path, content: Figures
) -> None:
    assert run("load", printed, *GIVEN).exit_code == 0
    after = digest(project)
    content["initial_contacts", "", "2022-23", "count"] += 1
    other = council_files.printed_workbook(tmp_path / "other.xlsx", content)
    refused = run("load", other, *GIVEN)
    assert refused.exit_code == command.WRONG
    assert "contacts_and_referrals" in refused.output
    assert f"undo {RELEASE}" in refused.output
    assert digest(project) == after


def later(content: Figures) -> tuple[Figures, tuple[str, ...]]:
    """The same tables a year later with one figure of before revised."""
    options = dict(zip(GIVEN[::2], GIVEN[1::2], strict=False)) | {
        "--release": "synthetic-rutland-later",
        "--published-date": "2024-11-19",
    }
    return content, tuple(part for pair in options.items() for part in pair)


def test_revision_is_shown_with_both_values(
    project: Path, run: Run, tmp_path: Path, printed: Path, content: Figures
) -> None:
    assert run("load", printed, *GIVEN).exit_code == 0
    key = ("initial_contacts", "", "2021-22", "count")
    old = content[key]
    content[key] = old + 7
    revised = council_files.printed_workbook(tmp_path / "later.xlsx", content)
    arguments = (*later(content)[1], "--format", "json")
    checked = run("check", revised, *arguments)
    assert checked.exit_code == 0, checked.output
    answer = json.loads(checked.stdout)
    figures = len(council_rows(content))
    assert answer["compared"] == {
        "new": 0, "repeated": figures - 1, "revised": 1, "redefined": 0,
    }  # fmt: skip
    (revision,) = answer["revisions"]
    assert Decimal(revision["earlier_value"]) == old
    assert Decimal(revision["later_value"]) == old + 7
    assert Decimal(revision["change"]) == 7
    assert revision["earlier_release_id"] == RELEASE


def council_rows(content: Figures) -> list[tuple[str, str, str, str]]:
    prose = ("uasc_looked_after", "cla_excluding_uasc", "uasc_share_of_cla")
    return [key for key in content if key[0] not in prose]


def test_contradiction_stops_a_load_until_it_is_explained(
    project: Path, run: Run, tmp_path: Path, content: Figures
) -> None:
    before = digest(project)
    content["care_net_change", "", "2022-23 Q2", "count"] += 3
    path = council_files.printed_workbook(tmp_path / "wrong.xlsx", content)
    refused = run("load", path, *GIVEN)
    assert refused.exit_code == command.UNEXPLAINED, refused.output
    assert "2022-23 Q2, Net change" in refused.output
    assert digest(project) == before
    stubs = tmp_path / "registers"
    assert run("check", path, *GIVEN, "--stubs", stubs).exit_code == command.UNEXPLAINED
    file = stubs / "known_issues.csv"
    unwritten = run("load", path, *GIVEN, "--registers", stubs)
    assert unwritten.exit_code == command.WRONG, "a reason must be given"
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    file.write_text(lines[0] + "\n" + lines[1] + "Misprint,The report\n", encoding="utf-8")
    text = file.read_text(encoding="utf-8").replace(",,Misprint", ",Misprint")
    file.write_text(text, encoding="utf-8")
    loaded = run("load", path, *GIVEN, "--registers", stubs)
    assert loaded.exit_code == 0, loaded.output
    findings = rows_of(
        built(project).sql(
            f"from marts.fct_quality_findings where local_authority_code = '{AUTHORITY}'"
            " and severity = 'error'"
        )
    )
    assert [finding["explanation"] for finding in findings] == ["Misprint"]


def test_ambiguous_label_is_asked_about_and_the_answer_kept_for_the_council(
    project: Path, run: Run, tmp_path: Path, content: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCE_LABELS, "housing", "LA")
    path = council_files.printed_workbook(tmp_path / "ambiguous.xlsx", content)
    asked = run("check", path, *GIVEN)
    assert asked.exit_code == command.WRONG
    assert "'LA' could mean" in asked.output
    assert "housing" in asked.output
    assert "local_authority_services" in asked.output
    loaded = run("load", path, *GIVEN, "--label", "LA=housing")
    assert loaded.exit_code == 0, loaded.output
    assert_every_mart_is_right(built(project), content)
    wordings = (project / "seeds/reference/row_label_variants.csv").read_text(encoding="utf-8")
    assert wordings.endswith(f"contacts_and_referrals,LA,housing,{AUTHORITY},\n")


def test_answers_in_a_file_are_kept_for_the_council(
    project: Path, run: Run, tmp_path: Path, content: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From blanks to the seeds without an option; the next release is asked nothing of labels."""
    monkeypatch.setitem(SOURCE_LABELS, "housing", "LA")
    monkeypatch.setitem(SOURCE_LABELS, "police", "Polise")
    path = council_files.printed_workbook(tmp_path / "open.xlsx", content)
    answers = tmp_path / "answers.yml"
    assert run("check", path, "--ask").exit_code == command.WRONG
    blanks = answers.read_text(encoding="utf-8")
    filled = {
        "LA": "housing", "Polise": "police", "release_id": RELEASE, "title": f'"{TITLE}"',
        "local_authority_code": AUTHORITY, "published_date": PUBLISHED,
        "financial_year": "2022-23", "is_published": "yes",
    }  # fmt: skip
    for key, answer in filled.items():
        assert blanks.count(f"\n  {key}:\n") + blanks.count(f"\n    {key}:\n") == 1
        blanks = blanks.replace(f" {key}:\n", f" {key}: {answer}\n")
    answers.write_text(blanks, encoding="utf-8")
    loaded = run("load", path, "--answers", answers)
    assert loaded.exit_code == 0, loaded.output
    assert_every_mart_is_right(built(project), content)
    wordings = (project / "seeds/reference/row_label_variants.csv").read_text(encoding="utf-8")
    assert wordings.count(f"contacts_and_referrals,LA,housing,{AUTHORITY},\n") == 1
    assert wordings.count(f"contacts_and_referrals,Polise,police,{AUTHORITY},\n") == 1
    again = run("load", path, "--answers", answers, "--format=json")
    assert_shape(json.loads(again.stdout))
    assert json.loads(again.stdout)["status"] == "already loaded"
    content["initial_contacts", "", "2021-22", "count"] += 7
    later_file = council_files.printed_workbook(tmp_path / "later.xlsx", content)
    assert run("check", later_file, *later(content)[1]).exit_code == 0


def test_a_label_that_a_rule_explains_is_kept_for_the_council(
    project: Path, run: Run, tmp_path: Path, content: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCE_LABELS, "health_services", "3D: Health - Ambulance*")
    monkeypatch.setitem(SOURCE_LABELS, "police", "Police DA Hub")
    path = council_files.printed_workbook(tmp_path / "typed.xlsx", content)
    loaded = run("load", path, *GIVEN)
    assert loaded.exit_code == 0, loaded.output
    assert_every_mart_is_right(built(project), content)
    wordings = (project / "seeds/reference/row_label_variants.csv").read_text(encoding="utf-8")
    for wording in ("3D: Health - Ambulance*,health_services", "Police DA Hub,police"):
        assert wordings.count(f"contacts_and_referrals,{wording},{AUTHORITY},true\n") == 1
    assert "already" in run("load", path, *GIVEN).output


def test_misspelt_label_gets_the_nearest(
    project: Path, run: Run, tmp_path: Path, content: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(project)
    monkeypatch.setitem(SOURCE_LABELS, "police", "Polise")
    path = council_files.printed_workbook(tmp_path / "misspelt.xlsx", content)
    refused = run("load", path, *GIVEN)
    assert refused.exit_code == command.WRONG
    assert "sheet 'Contacts and referrals', row 10" in refused.output
    assert "Did you mean 'Police'?" in refused.output
    assert '--label "Polise=ROW". The nearest are police, ' in refused.output
    assert digest(project) == before


def test_new_council_is_added(project: Path, run: Run, printed: Path, content: Figures) -> None:
    options = ["E06000099" if part == AUTHORITY else part for part in GIVEN]
    refused = run("load", printed, *options)
    assert refused.exit_code == command.WRONG
    assert "--authority-name" in refused.output
    loaded = run(
        "load", printed, *options, "--authority-name", "SYNTHETIC Unitary", "--region-code",
        "E12000004", "--dfe-code", "999",
    )  # fmt: skip
    assert loaded.exit_code == 0, loaded.output
    council = rows_of(
        built(project).sql(
            "from marts.dim_local_authority where local_authority_code = 'E06000099'"
        )
    )
    assert [(row["local_authority_name"], row["region_name"]) for row in council] == [
        ("SYNTHETIC Unitary", "East Midlands")
    ]


def test_break_in_series_is_not_compared_across(
    project: Path, run: Run, tmp_path: Path, printed: Path, content: Figures
) -> None:
    assert run("load", printed, *GIVEN).exit_code == 0
    for year in ("2021-22", "2022-23"):
        content["initial_contacts", "", year, "count"] *= 3
    path = council_files.printed_workbook(tmp_path / "later.xlsx", content)
    book = load_workbook(path)
    sheet = book.create_sheet("series_breaks")
    sheet.append(["measure_id", "category_id", "period_id", "reason"])
    sheet.append(["initial_contacts", "", "2021-22", "Contacts by e-mail are counted"])
    book.save(path)
    options = later(content)[1]
    answer = json.loads(run("check", path, *options, "--format", "json").stdout)
    assert answer["compared"]["redefined"] == 2
    assert answer["compared"]["revised"] == 0
    assert answer["revisions"] == []
    assert not [row for row in answer["findings"] if row["measure_id"] == "initial_contacts"]
    loaded = run("load", path, *options)
    assert loaded.exit_code == 0, loaded.output
    connection = built(project)
    flags = connection.sql(
        "select period_id, has_break_in_series from marts.fct_contacts_and_referrals"
        f" where local_authority_code = '{AUTHORITY}' order by 1"
    ).fetchall()
    assert flags == [
        ("2018-19", False), ("2019-20", False), ("2020-21", False), ("2021-22", True),
        ("2022-23", False),
    ]  # fmt: skip
    assert connection.sql(
        "select period_id, reason from marts.dim_series_break"
        f" where local_authority_code = '{AUTHORITY}'"
    ).fetchall() == [("2021-22", "Contacts by e-mail are counted")]


class Died(BaseException):
    """Stands for a process that is gone: nothing handles it."""


@pytest.fixture(scope="module")
def before_and_after(
    project_copy: Callable[[], Path],
    compiled: CompiledProject,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, str], dict[str, str]]:
    """The seeds before a load and after it."""
    project = copied(project_copy)
    before = digest(project)
    folder = tmp_path_factory.mktemp("printed")
    path = council_files.printed_workbook(
        folder / "Rutland tables.xlsx", council_files.council_figures()
    )
    desk.load(project, as_request(path))
    return before, digest(project)


@pytest.mark.parametrize("steps", range(8))
def test_death_between_two_seeds_is_finished_by_the_next_command(
    project: Path,
    printed: Path,
    before_and_after: tuple[dict[str, str], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    steps: int,
) -> None:
    """A load replaces the files one by one; after each the process may die."""
    before, after = before_and_after
    real, done = Path.replace, 0

    def replace(self: Path, target: Path) -> Path:
        nonlocal done
        if done == steps:
            raise Died
        done += 1
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(Died):
            desk.load(project, as_request(printed))
    between = digest(project)
    assert all(between[name] in (before[name], after[name]) for name in before)
    journal.recover(project)
    # The first step decides: what dies before it has changed nothing.
    assert digest(project) == (before if steps == 0 else after)
    assert not (project / journal.JOURNAL).exists()


def as_request(path: Path) -> desk.Request:
    return desk.Request(
        path,
        {
            "release_id": RELEASE,
            "local_authority_code": AUTHORITY,
            "title": TITLE,
            "published_date": PUBLISHED,
            "financial_year": "2022-23",
            "is_published": "true",
        },
    )


def test_seed_that_is_open_elsewhere_puts_all_back(
    project: Path, run: Run, printed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(project)
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if Path(target).name == "expected_row_counts.csv" and "new" in self.parts:
            raise PermissionError(13, "Permission denied", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    refused = run("load", printed, *GIVEN)
    assert refused.exit_code == command.CANNOT_RUN
    assert "expected_row_counts.csv could not be replaced: Permission denied" in refused.output
    assert digest(project) == before
    assert not (project / journal.JOURNAL).exists()


def test_edit_after_an_interrupted_load_is_not_overwritten(
    project: Path, run: Run, printed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, done = Path.replace, 0

    def replace(self: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done == 3:
            raise Died
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(Died):
            desk.load(project, as_request(printed))
    seed = project / "seeds/figures/uasc_arrivals.csv"
    edited = seed.read_bytes() + b"edited"
    seed.write_bytes(edited)
    refused = run("check", printed, *GIVEN)
    assert refused.exit_code == command.CANNOT_RUN
    assert "uasc_arrivals.csv was edited since" in refused.output
    assert seed.read_bytes() == edited


def test_killed_load_leaves_the_old_seeds_or_the_new(
    project: Path, run: Run, printed: Path
) -> None:
    before = digest(project)
    assert run("load", printed, *GIVEN).exit_code == 0
    after = digest(project)
    assert run("undo", RELEASE).exit_code == 0
    load = [sys.executable, "scripts/release.py", "load", str(printed), *GIVEN]
    begin = time.monotonic()
    subprocess.run(load, cwd=project, check=True, capture_output=True)
    whole = time.monotonic() - begin
    assert run("undo", RELEASE).exit_code == 0
    rng = random.Random(0)  # noqa: S311
    # Half of the moments lie around the end, where the seeds are replaced.
    moments = [whole * (rng.random() if n % 2 else rng.uniform(0.8, 1)) for n in range(5)]
    for moment in moments:
        process = subprocess.Popen(
            load, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moment)
        process.kill()
        process.wait()
        journal.recover(project)
        found = digest(project)
        assert found in (before, after), f"killed after {moment:.2f} s"
        if found == after:
            assert run("undo", RELEASE).exit_code == 0


def test_two_loads_at_once_take_turns(project: Path, tmp_path: Path, content: Figures) -> None:
    """Each finds the seeds as the other left them: no row is lost."""
    processes = []
    for name in ("first", "second"):
        path = council_files.printed_workbook(tmp_path / f"{name}.xlsx", content)
        options = [f"{RELEASE}-{name}" if part == RELEASE else part for part in GIVEN]
        command_line = [sys.executable, "scripts/release.py", "load", str(path), *options]
        processes.append(subprocess.Popen(command_line, cwd=project, stdout=subprocess.DEVNULL))
    assert [process.wait() for process in processes] == [0, 0]
    releases = (project / "seeds/reference/releases.csv").read_text(encoding="utf-8")
    assert f"{RELEASE}-first" in releases
    assert f"{RELEASE}-second" in releases
    built(project)

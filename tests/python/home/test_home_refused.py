"""What a home cannot be made of: each has its own message, and nothing is changed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from ast import literal_eval
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

import pytest

from conftest import PROJECT
from safeguarding import cli
from safeguarding.homes import layout, places, status, work, working_project
from safeguarding.homes.places import HomeError
from safeguarding.warehouse import journal
from safeguarding.warehouse.failures import message_of
from support.files.council_files import AUTHORITY, RELEASE

HEADER = ",".join(["table_id", *working_project.figure_columns()])
ROW = f"care_flows,{RELEASE},{AUTHORITY},1,1,1,Entering care,x,Apr-Jun 2022,count,7,,"


@pytest.fixture
def home(tmp_path: Path) -> places.Home:
    return layout.lay_out(tmp_path / "home", [AUTHORITY])


@pytest.fixture
def here(home: places.Home, monkeypatch: pytest.MonkeyPatch) -> places.Home:
    """A home that this process stands in."""
    monkeypatch.chdir(home.root)
    monkeypatch.setattr(work, "enter", lambda _: home)
    return home


def settings(old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / places.SETTINGS
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def content(name: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).write_text(text, encoding="utf-8")

    return change


WINDOWS_MOST, LONGEST_HOME = 260, 75
ANSWERS_WITHIN = 0.3  # seconds of processors: what the clock shows depends on who else is at work
AUTHORITY_LINE = f'authority = "{AUTHORITY}"'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (settings(AUTHORITY_LINE, f'authority = "{AUTHORITY}'), r"toml line 5: .*'authority'"),
        (settings(AUTHORITY_LINE, f"authority = {AUTHORITY}"), r"toml line 5: .*'authority'"),
        (settings(AUTHORITY_LINE, 'authority = "Rutland"'), "line 5, authority: found 'Rutland'"),
        (settings(AUTHORITY_LINE, "authority = []"), r"line 5, authority: found \[\]"),
        (settings(AUTHORITY_LINE, ""), "authority: it is missing"),
        (settings("authority =", "authorty ="), "line 5, authorty: .* expected authority"),
        (settings('# audience = "public"', "audience = 'all'"), "line 14, audience: found 'all'"),
        (settings("# contact =", "contact = 1 #"), "line 11, contact: found 1"),
        (settings("# [folders]", "[folders]\nout = 'x'"), "line 20, out: .* expected one of inbox"),
        (settings("# [folders]", "folders = 1"), "line 19, folders: found 1"),
        (settings("version = ", "version = 'new' #"), "version: found 'new'"),
        (content("figures/a.csv", f"{HEADER}\n{ROW}\n"), f"release '{RELEASE}', .* 'a'"),
        (content(f"figures/{RELEASE} (1).csv", f"{HEADER}\n{ROW}\n"), "looks like a copy"),
        (
            content(f"figures/{RELEASE}.csv", f"{HEADER}\n{ROW}\n".replace(AUTHORITY, "E08000001")),
            f"found figures of E08000001, expected {AUTHORITY}, as safeguarding.toml says",
        ),
        (
            content(f"figures/{RELEASE}.csv", f"{HEADER}\n{ROW}\n".replace("care_flows", "care")),
            "found the table 'care', expected one of care_flows",
        ),
        (content(f"figures/{RELEASE}.csv", f"{HEADER}\n{ROW},,\n"), "row 2: found 15 cells"),
        (content(f"figures/{RELEASE}.csv", HEADER.replace("unit", "units")), "units.* expected"),
        (content(f"figures/{RELEASE}.CSV", HEADER), "end its name with .csv in small letters"),
        (content(f"figures/{RELEASE}.csv", ""), r"the file is empty \(0 bytes\), as a cloud"),
        (content("registers/releases-DESKTOP-7.csv", "a"), "looks like a copy of releases.csv"),
        (content("registers/Releases.csv", "a"), r"Did you mean releases\.csv\?"),
        (content("reference/notes.docx", "a"), "no such file belongs there"),
        (
            content(
                "reference/measures.csv",
                (PROJECT / "seeds/reference/measures.csv")
                .read_text(encoding="utf-8")
                .replace(",stock,", ",flow,"),
            ),
            "is the product's already, with other contents",
        ),
    ],
)
def test_each_fault_has_its_own_message(
    home: places.Home, change: Callable[[Path], None], said: str
) -> None:
    working_project.prepare(home)
    before = (home.project / places.STATE).read_bytes()
    change(home.root)
    with pytest.raises(HomeError, match=f"(?s){said}"):
        working_project.prepare(places.read(home.root))
    assert (home.project / places.STATE).read_bytes() == before


@pytest.mark.parametrize("name", ["~$releases.csv", ".~lock.a.csv#", "desktop.ini", "x.csv.tmp"])
def test_what_programs_leave_behind_is_passed_over(home: places.Home, name: str) -> None:
    working_project.prepare(home)
    (home.root / "registers" / name).write_text("anything", encoding="utf-8")
    assert working_project.is_current(home)


def test_a_home_is_refused_inside_the_product(tmp_path: Path) -> None:
    for place in (PROJECT, PROJECT / "council", PROJECT / "scripts" / "safeguarding" / "x"):
        with pytest.raises(HomeError, match="is inside the product"):
            layout.lay_out(place, [AUTHORITY])
    assert not (PROJECT / "council").exists()
    with pytest.raises(HomeError, match=r"Did you mean E06000017 \(Rutland\)"):
        layout.lay_out(tmp_path / "new", ["rutlnd"])
    assert not (tmp_path / "new").exists()
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    with pytest.raises(HomeError, match=r"has README\.md already"):
        layout.lay_out(tmp_path, [AUTHORITY])
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("~$new.xlsx", "a spreadsheet program keeps beside an open file. .* itself: new.xlsx"),
        (".~lock.new.xlsx#", "a spreadsheet program keeps .* the file itself: new.xlsx"),
        ("new.xlsx", r"the file is empty \(0 bytes\), as a cloud folder leaves one"),
    ],
)
def test_what_is_no_file_yet_is_neither_checked_nor_loaded(
    here: places.Home, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    (here.root / "inbox" / name).write_bytes(b"" if name == "new.xlsx" else b"x")
    before = sorted(here.root.rglob("*"))
    for command in ("check", "load"):
        assert cli.main([command, f"inbox/{name}", "--format", "json"]) == work.CANNOT_RUN
        answer = json.loads(capsys.readouterr().out)
        assert answer["status"] == "failed"
        assert re.search(f"{said}.* Nothing was changed", answer["message"])
    assert sorted(here.root.rglob("*")) == before


def test_settings_that_cannot_be_used_are_told_in_the_form_asked_for(
    home: places.Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(home.root)
    settings("# contact =", "contact = 1 #")(home.root)
    before = sorted(home.root.rglob("*"))
    for command in (["status"], ["check", "inbox/new.csv"], ["load", "inbox/new.csv"]):
        assert cli.main([*command, "--format", "json"]) != 0
        said = json.loads(capsys.readouterr().out)
        assert said.get("state", said.get("status")) == "failed"
        assert "line 11, contact: found 1" in said.get("holds", said.get("message"))
    for command in (["status"], ["build"], ["upgrade"], ["audit"]):
        assert cli.main(command) != 0
        out, err = capsys.readouterr()
        assert (out, "line 11, contact: found 1" in err) == ("", True)
    assert sorted(home.root.rglob("*")) == before


def test_a_home_that_was_moved_into_the_product_is_refused(
    home: places.Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "product", lambda: home.root.parent)
    for use in (places.read, status.look, work.enter):
        with pytest.raises(HomeError, match=r"is inside the product .* Move the folder .* Nothing"):
            use(home.root)
    assert not home.derived.exists()


def test_a_home_is_not_laid_out_where_nobody_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(HomeError, match=r"new cannot be written: Permission denied\. Try another"):
        layout.lay_out(tmp_path / "new", [AUTHORITY])
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_written_says_so(
    home: places.Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a read-only share: the administrator of a test may write everywhere."""
    refusal = PermissionError(13, "Permission denied", str(home.root / journal.LOCK))

    def refuse(*_: object, **__: object) -> None:
        raise refusal

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    said = work.prepared(home, "audit", [])
    assert said.startswith(f"The home {home.root} cannot be written: {home.root / journal.LOCK}")
    assert said.endswith("Nothing was changed.")
    assert not home.derived.exists()


def test_a_home_that_is_derived_is_read_without_writing(
    home: places.Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    working_project.prepare(home)
    monkeypatch.setattr(journal, "lock", None)
    assert work.prepared(home, "audit", []) == ""


def test_a_derivation_that_was_interrupted_is_made_again(
    home: places.Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a virus scanner holds a file: Windows then refuses to write it."""
    real = Path.write_bytes

    def refuse(path: Path, data: bytes) -> int:
        if path.name == "releases.csv.new":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", refuse)
        assert "releases.csv.new: Permission denied" in work.prepared(home, "audit", [])
    assert not working_project.is_current(home)
    assert work.prepared(home, "audit", []) == ""
    assert working_project.is_current(home)


def test_a_home_may_be_for_several_councils(tmp_path: Path) -> None:
    """As of a regional alliance: figures of each are taken, of no other."""
    home = layout.lay_out(tmp_path / "alliance", [AUTHORITY, "E10000014"])
    assert home.authorities == (AUTHORITY, "E10000014")
    rows = {AUTHORITY: RELEASE, "E10000014": "synthetic-hampshire-2022-23"}
    for code, release in rows.items():
        row = ROW.replace(AUTHORITY, code).replace(RELEASE, release)
        content(f"figures/{release}.csv", f"{HEADER}\n{row}\n")(home.root)
    working_project.prepare(home)
    made = (home.project / "seeds/figures/care_flows.csv").read_text(encoding="utf-8")
    assert {line.split(",")[1] for line in made.splitlines()[1:]} == set(rows)
    assert "It holds 2 releases of E06000017, E10000014" in status.look(home.root).holds


def test_files_saved_on_windows_say_the_same(home: places.Home) -> None:
    path = home.root / "figures" / f"{RELEASE}.csv"
    made = home.project / "seeds" / "figures" / "care_flows.csv"
    seen = set()
    for text in (f"{HEADER}\n{ROW}\n", f"\ufeff{HEADER}\r\n{ROW}\r\n"):
        path.write_bytes(text.encode("utf-8"))
        working_project.prepare(home)
        seen.add(made.read_bytes())
    assert len(seen) == 1
    toml = home.root / places.SETTINGS
    toml.write_bytes(b"\xef\xbb\xbf" + toml.read_bytes().replace(b"\n", b"\r\n"))
    assert places.read(home.root) == home


def test_the_status_is_told_on_a_console_of_few_letters(
    home: places.Home, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (home.root / "inbox" / "Ŵrexham \u2192 figures.xlsx").write_bytes(b"x")
    monkeypatch.chdir(home.root)
    with open(1, "w", encoding="cp1252", closefd=False) as console:
        monkeypatch.setattr("sys.stdout", console)
        assert cli.main([]) == 0
    assert rb"\u2192 figures.xlsx" in capfdbinary.readouterr().out


def test_the_status_needs_neither_dbt_nor_duckdb(home: places.Home, tmp_path: Path) -> None:
    call = (
        "import sys; from safeguarding.cli import main; code = main([]);"
        "standard = {*sys.stdlib_module_names, 'safeguarding', 'sitecustomize', '__main__'};"
        "print(sorted({name.partition('.')[0] for name in sys.modules} - standard));"
        "sys.exit(code)"
    )
    working_project.prepare(home)
    for folder in (home.root, tmp_path):
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-c", call], cwd=folder, capture_output=True, text=True, check=False,
            env=os.environ | {"PYTHONPATH": str(PROJECT / "scripts")},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        *lines, imported = done.stdout.splitlines()
        assert len(lines) == 3
        # What the environment itself loads at each start (as for editable packages) is not ours.
        assert {name for name in literal_eval(imported) if not name.startswith("_")} == set()
        after = os.times()
        spent = after.children_user + after.children_system
        assert spent - before.children_user - before.children_system < ANSWERS_WITHIN


def test_a_home_that_was_used_with_other_files_of_the_same_version_is_told_apart(
    home: places.Home,
) -> None:
    working_project.prepare(home)
    state = home.project / places.STATE
    said = json.loads(state.read_text("utf-8")) | {"product": "another"}
    state.write_text(json.dumps(said), encoding="utf-8")
    told = status.look(home.root)
    assert (told.state, told.next) == ("other version", "safeguarding upgrade")
    assert "its files differ, though the number is the same" in told.holds
    with pytest.raises(HomeError, match=r"Next: safeguarding upgrade\. It shows what"):
        working_project.prepare(home)


def test_figures_of_an_earlier_build_are_told_as_such(
    home: places.Home, capsys: pytest.CaptureFixture[str]
) -> None:
    home.warehouse.write_bytes(b"x")
    for name, code, is_told in (
        ("audit", 0, True),
        ("build", 1, False),
        ("audit", 0, True),
        ("build", 0, False),
        ("audit", 0, False),
    ):
        assert work.run_in(home, name, [], lambda *_, code=code: code) == code
        assert capsys.readouterr().err == f"{work.NOT_BUILT}\n" * is_told


def test_progress_is_told_on_standard_error_unless_nobody_reads_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "COMMANDS", {"load": ("progress", "")})
    monkeypatch.setattr("safeguarding.progress.main", lambda _: 0, raising=False)
    monkeypatch.setattr(work, "enter", lambda _: None)
    for more, is_told in (
        ([], True),
        (["--quiet"], False),
        (["--format", "json"], False),
        (["--format=json"], False),
        (["--format", "text"], True),
    ):
        assert cli.main(["load", "a.csv", *more]) == 0
        out, err = capsys.readouterr()
        assert (out, err) == ("", "Checking the figures before they are saved ...\n" * is_told)


def test_messages_of_checks_name_the_files_of_the_home(home: places.Home) -> None:
    content(f"figures/{RELEASE}.csv", f"{HEADER}\n{ROW}\n{ROW.replace('Entering', 'Leaving')}\n")(
        home.root
    )
    row = {
        "seed_file": "seeds/figures/care_flows.csv", "release_id": RELEASE,
        "table_id": "care_flows", "row_label": "Leaving care", "period_label": "Apr-Jun 2022",
        "column_name": "unit", "found": "counts", "expected": "a unit; see seeds/claims/a_b.csv",
    }  # fmt: skip
    assert message_of("a test", row, home.project) == (
        f"figures/{RELEASE}.csv row 3, column unit: found 'counts', expected a unit; see"
        " reference/a_b.csv."
    )
    said = {"message": "seeds/registers/known_issues.csv: known-1 is stale."}
    assert (
        message_of("a test", said, home.project) == "registers/known_issues.csv: known-1 is stale."
    )
    assert message_of("a test", said, PROJECT) == said["message"]


def test_every_name_may_stand_on_a_windows_disk(home: places.Home) -> None:
    """No reserved name or sign, none that differs in case alone, and no path that is too long."""
    working_project.prepare(home)
    built = [
        path.relative_to(PROJECT)
        for path in (PROJECT / "target").rglob("*.sql")
        if not any(each.suffix == ".yml" for each in path.parents)  # dbt's unit tests
    ]
    assert built, "the repository was not built"
    names = [path.relative_to(home.root) for path in home.root.rglob("*")]
    names += [places.DERIVED / path for path in built]
    for name in names:
        windows = PureWindowsPath(name)
        assert not windows.is_reserved(), name
        assert not set(str(name)) & set('<>:"\\|?*'), name
        assert not any(part.endswith((".", " ")) for part in windows.parts), name
    assert len({PureWindowsPath(name) for name in names}) == len(set(names))
    longest = max(len(str(name)) for name in names)
    assert longest + LONGEST_HOME < WINDOWS_MOST, max(names, key=lambda name: len(str(name)))
    said = f"longer than {LONGEST_HOME} characters"
    assert said in (PROJECT / "docs" / "home.md").read_text(encoding="utf-8")


def test_a_home_may_lie_deep(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a folder with a long name and an O'Hara"] * 7)
    assert len(str(deep)) > WINDOWS_MOST
    home = layout.lay_out(deep, [AUTHORITY])
    working_project.prepare(home)
    assert working_project.is_current(home)


def test_the_status_follows_what_happens(home: places.Home) -> None:
    assert status.look(home.root).state == "empty"
    file = home.root / "inbox" / "new.csv"
    file.write_bytes(b"")  # a cloud folder has not brought it: `check` says so
    assert status.look(home.root).state == "file to check"
    file.write_text("x", encoding="utf-8")
    (home.root / "inbox" / "~$new.csv").write_text("x", encoding="utf-8")
    assert status.look(home.root).next == "safeguarding check inbox/new.csv, then load"
    working_project.prepare(home)
    status.keep_loaded(home, file, [RELEASE])
    (home.root / "figures" / f"{RELEASE}.csv").write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    assert status.look(home.root).state == "to build"
    home.warehouse.write_bytes(b"x")
    status.keep_built(home, places.digest_of_home(home))
    assert status.look(home.root).state == "to report"
    front = home.root / "exports" / "report" / "index.html"
    front.parent.mkdir(parents=True)
    front.write_text("x", encoding="utf-8")
    os.utime(home.warehouse, (time.time() - 60,) * 2)
    assert status.look(home.root).state == "reported"
    status.forget_loaded(home, "another release")
    assert status.look(home.root).state == "reported"
    status.forget_loaded(home, RELEASE)
    assert status.look(home.root).state == "file to check"
    settings('version = "', 'version = "99.')(home.root)
    assert status.look(home.root).next.startswith("install version 99.")


@pytest.mark.parametrize("is_built", [False, True])
@pytest.mark.parametrize("command", ["report", "export"])
def test_where_nothing_is_loaded_the_next_step_is_one_that_works(
    home: places.Home, capsys: pytest.CaptureFixture[str], command: str, is_built: bool
) -> None:
    if is_built:
        home.warehouse.write_bytes(b"x")
        working_project.prepare(home)
        status.keep_built(home, places.digest_of_home(home))
    assert work.run_in(home, command, [], lambda *_: pytest.fail("it ran")) == work.CANNOT_RUN
    said = capsys.readouterr().err
    assert "Next: put a file of figures into inbox (a blank one: safeguarding template" in said


def test_where_nothing_is_built_the_next_step_is_to_build(
    home: places.Home, capsys: pytest.CaptureFixture[str]
) -> None:
    (home.root / "figures" / f"{RELEASE}.csv").write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    assert work.run_in(home, "audit", [], lambda *_: pytest.fail("it ran")) == work.CANNOT_RUN
    assert "Nothing is built yet. Next: safeguarding build" in capsys.readouterr().err

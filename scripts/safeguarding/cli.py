"""Run the one command line, `safeguarding COMMAND`.

In a council's home (a folder with `safeguarding.toml`, or one below it) every command works on the
home's figures; elsewhere on those of the product's own repository.

Usage: safeguarding [init|demo|status|upgrade|check|load|undo|template|build|export|report|audit
    |official|records] [--quiet]
"""

from __future__ import annotations

import importlib
import io
import sys
from pathlib import Path

from safeguarding import progress
from safeguarding.homes import work
from safeguarding.homes.places import HomeError

# Each command: the module that has it, and what it is for. Those of one module share it.
COMMANDS = {
    "init": ("homes.home_commands", "make a folder for a council's figures"),
    "demo": ("homes.home_commands", "make such a folder with Hampshire's two reports"),
    "status": ("homes.home_commands", "show where you are and what to do next"),
    "upgrade": ("homes.upgrade", "show what a new version changes, and accept it"),
    "build": ("warehouse.build", "build and test the warehouse"),
    "template": ("intake.release_commands", "write the workbook for new figures"),
    "check": ("intake.release_commands", "list every problem and change in a file; save nothing"),
    "load": ("intake.release_commands", "add the figures of a file, all or none"),
    "undo": ("intake.release_commands", "remove a release"),
    "export": ("exports.export_commands", "publish the tables as files"),
    "report": ("report.report_commands", "write pages, a Word document and tables"),
    "audit": ("published.audit", "list findings, statements and revisions, worst first"),
    "official": ("official.official_commands", "load DfE's official statistics"),
    "records": ("records.record_commands", "count figures from a council's own records"),
}
SHARED = ("homes.home_commands", "intake.release_commands")
WITHOUT_HOME = ("homes.home_commands", "homes.upgrade")  # these look for a home themselves
# What takes seconds and does not say so itself.
DOING = {
    "check": "Checking the figures",
    "load": "Checking the figures before they are saved",
    "export": "Writing the exports",
    "report": "Writing the report",
    "official": "Reading official statistics",
    "records": "Counting the records",
}
WIDTH = max(map(len, COMMANDS))


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code, 2 if there is no such command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console's code page may lack letters
            stream.reconfigure(errors="backslashreplace")
    given = progress.heed(sys.argv[1:] if arguments is None else arguments) or ["status"]
    # Options alone are those of the status, which is the command that goes unnamed.
    name, *rest = ["status", *given] if given[0].startswith("--format") else given
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name not in COMMANDS:
        print(f"safeguarding: found {name}, expected a command.\n{usage()}", file=sys.stderr)
        return 2
    module, _ = COMMANDS[name]
    sys.argv[0] = f"safeguarding {name}"  # what each command calls itself in its help
    try:
        home = None if module in WITHOUT_HOME else work.enter(Path.cwd())
    except HomeError as error:
        return work.fail(str(error), name, rest)
    return work.run_in(home, name, rest, run) if home else run(name, rest)


def run(name: str, rest: list[str]) -> int:
    """Run a command where this process works."""
    module, _ = COMMANDS[name]
    if not {"-h", "--help"} & set(rest):
        progress.say(DOING.get(name, ""))
    # Only the command's own packages are loaded: those of exports and reports take a second.
    command = importlib.import_module(f"safeguarding.{module}").main
    try:
        return int(command([name, *rest] if module in SHARED else rest) or 0)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)


def usage() -> str:
    """List the commands, one on each line."""
    lines = [f"  {name:{WIDTH}}  {purpose}" for name, (_, purpose) in COMMANDS.items()]
    return "\n".join(["safeguarding COMMAND [--help] [--quiet]", *lines])

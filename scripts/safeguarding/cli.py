"""The one command line: `safeguarding COMMAND`, each command as its own module says.

Usage: safeguarding build|check|load|undo|template|export|report|audit|official|records [--help]
"""

from __future__ import annotations

import importlib
import sys

# Each command: the module that has it, and what it is for. Those of releases share one module.
COMMANDS = {
    "build": ("warehouse.build", "build and test the warehouse"),
    "template": ("intake.release_commands", "write the workbook that takes new figures"),
    "check": ("intake.release_commands", "say what a file of new figures holds, and write nothing"),
    "load": ("intake.release_commands", "take a file of new figures in"),
    "undo": ("intake.release_commands", "take a release out again"),
    "export": ("exports.export_commands", "publish the tables as files"),
    "report": ("report.report_commands", "write pages, a Word document and tables"),
    "audit": ("published.audit", "list findings, claims and revisions, the worst first"),
    "official": ("official.official_commands", "take in official statistics as published"),
    "records": ("records.record_commands", "count figures from a council's own records"),
}
RELEASES = "intake.release_commands"
WIDTH = max(map(len, COMMANDS))


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code, 2 if there is no such command."""
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name not in COMMANDS:
        print(f"safeguarding: found {name}, expected a command.\n{usage()}", file=sys.stderr)
        return 2
    module, _ = COMMANDS[name]
    # Only the command's own packages are loaded: those of exports and reports take a second.
    sys.argv[0] = f"safeguarding {name}"  # what each command calls itself in its help
    command = importlib.import_module(f"safeguarding.{module}").main
    return int(command([name, *rest] if module == RELEASES else rest) or 0)


def usage() -> str:
    """The commands, a line each."""
    lines = [f"  {name:{WIDTH}}  {purpose}" for name, (_, purpose) in COMMANDS.items()]
    return "\n".join(["safeguarding COMMAND [--help]", *lines])

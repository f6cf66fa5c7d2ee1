"""Make a home, say where one is and what to do next.

Usage: safeguarding init FOLDER --authority CODE [CODE ...]
       safeguarding demo FOLDER
       safeguarding status [--format json]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from safeguarding.homes import status
from safeguarding.homes.places import HomeError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 1 if not."""
    parser = argparse.ArgumentParser(prog="safeguarding")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="make a folder for a council's figures")
    init.add_argument("folder", type=Path)
    init.add_argument(
        "--authority", nargs="+", required=True, metavar="CODE", help="ONS codes, as E10000008"
    )
    demo = commands.add_parser("demo", help="make such a folder with Hampshire's two reports")
    demo.add_argument("folder", type=Path)
    where = commands.add_parser("status", help="say where one is and what to do next")
    where.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args(arguments)
    try:
        if options.command == "status":
            return say_status(options.format)
        return make(options)
    except HomeError as error:
        if getattr(options, "format", "") == "json":
            print(json.dumps(status.Status("", "failed", str(error), "").as_json(), indent=2))
        else:
            print(f"- {error}", file=sys.stderr)
        return 1


def make(options: argparse.Namespace) -> int:
    """Make a home."""
    from safeguarding.homes import layout  # noqa: PLC0415 - status needs none of it

    root = options.folder.absolute()
    if options.command == "demo":
        home = layout.demonstrate(root)
        print(f"{root} is a home with {layout.DEMONSTRATION}")
        steps = "then type safeguarding build"
    else:
        home = layout.lay_out(root, options.authority)
        names = layout.names_of(home.authorities)
        print(f"{root} is a home for {', '.join(names)}.")
        for code, name in zip(home.authorities, names, strict=True):
            if code == name:
                print(
                    f"{code} is no council that the product knows: `load` asks for its name.",
                    file=sys.stderr,
                )
        steps = "put a file into inbox, then type safeguarding"
    print(f"Next: go to {options.folder}, {steps}.")
    return 0


def say_status(output: str) -> int:
    """Print where one is and what to do next, in three lines or as JSON."""
    found = status.look(Path.cwd())
    if output == "json":
        print(json.dumps(found.as_json(), indent=2))
    else:
        print("\n".join(found.lines))
    return 0

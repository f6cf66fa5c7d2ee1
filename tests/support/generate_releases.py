"""Write SYNTHETIC releases of many authorities and years as a folder of extracts.

The figures are invented. They keep every relation that the warehouse checks, apart from the errors
planted on request; `truth/` in the folder lists those, what must be found, and every revision.

Usage: python scripts/generate_releases.py --authorities N --releases M --seed S
    [--format parquet|csv] [--planted-errors [SHARE]] [--unexplained] [--annual-only]
    [--output FOLDER]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from safeguarding.warehouse.seed_files import PROJECT
from support.synthetic_releases.extracts import write
from support.synthetic_releases.timetable import GREATEST_YEARS, Timetable
from support.synthetic_releases.work import Order

USUAL_SHARE = 0.0005
OUTPUT = PROJECT / "target" / "synthetic"


def main() -> int:
    """Parse the command line, write, and say what was written; 2 if the order cannot be met."""
    arguments = _parser().parse_args()
    start = time.perf_counter()
    try:
        order = _order(arguments)
        made = write(order)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(
        f"{order.output}: {made.releases:,} SYNTHETIC releases, {made.figures:,} figures and"
        f" {made.missing:,} suppressed or missing, {made.revisions:,} revisions,"
        f" {made.planted:,} planted errors with {made.findings:,} findings to expect,"
        f" in {time.perf_counter() - start:.1f} s"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--authorities", type=int, required=True, help="number of authorities, the first by code"
    )
    parser.add_argument(
        "--releases",
        type=int,
        required=True,
        help="financial years with releases, up to 2023-24: each has one annual, four quarterly",
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same figures")
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument(
        "--planted-errors",
        type=float,
        nargs="?",
        const=USUAL_SHARE,
        default=0.0,
        metavar="SHARE",
        help=f"share of the figures to make wrong (without a number {USUAL_SHARE})",
    )
    parser.add_argument(
        "--unexplained", action="store_true", help="leave the register of known issues empty"
    )
    parser.add_argument("--annual-only", action="store_true", help="no quarterly releases")
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, help=f"new folder (default {OUTPUT.name} in target)"
    )
    return parser


def _order(arguments: argparse.Namespace) -> Order:
    if not 1 <= arguments.releases <= GREATEST_YEARS:
        raise ValueError(
            f"--releases: found {arguments.releases}, expected 1 to {GREATEST_YEARS} financial"
            " years."
        )
    if not 0 <= arguments.planted_errors < 1:
        raise ValueError(
            f"--planted-errors: found {arguments.planted_errors}, expected a share from 0 to 1,"
            f" such as {USUAL_SHARE}."
        )
    if arguments.seed < 0:
        raise ValueError(f"--seed: found {arguments.seed}, expected a number from 0 on.")
    return Order(
        authorities=arguments.authorities,
        timetable=Timetable(arguments.releases, arguments.annual_only),
        seed=arguments.seed,
        output=arguments.output,
        form=arguments.format,
        planted_share=arguments.planted_errors,
        is_explained=not arguments.unexplained,
    )


if __name__ == "__main__":
    sys.exit(main())

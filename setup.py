"""Carry the dbt project in the installed package: everything else stands in pyproject.toml."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "scripts"))

from safeguarding.homes import places  # noqa: E402 - found below `scripts`


class BuildWithProduct(build_py):
    """Copy what the product is made of to the package's folder `product`."""

    def run(self) -> None:
        """Build as usual, and copy; an editable install reads the repository."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "safeguarding" / "product"
        shutil.rmtree(target, ignore_errors=True)
        for path in places.product_files(ROOT):
            place = target / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


setup(cmdclass={"build_py": BuildWithProduct})

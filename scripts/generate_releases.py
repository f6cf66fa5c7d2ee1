"""Write SYNTHETIC releases: the door to `support.generate_releases` below tests/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.generate_releases import main

if __name__ == "__main__":
    sys.exit(main())

"""Rewrite extracts as one file for each authority: the door to `scale.extract_files`."""

import sys

from scale.extract_files import main

if __name__ == "__main__":
    sys.exit(main())

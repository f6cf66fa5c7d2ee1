"""Publish the marts: the door to `safeguarding.exports.export_commands`."""

import sys

from safeguarding.exports.export_commands import main

if __name__ == "__main__":
    sys.exit(main())

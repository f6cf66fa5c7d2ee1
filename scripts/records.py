"""Count figures from records: the door to `safeguarding.records.record_commands`."""

import sys

from safeguarding.records.record_commands import main

if __name__ == "__main__":
    sys.exit(main())

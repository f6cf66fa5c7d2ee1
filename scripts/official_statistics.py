"""Load official statistics: the door to `safeguarding.official.official_commands`."""

import sys

from safeguarding.official.official_commands import main

if __name__ == "__main__":
    sys.exit(main())

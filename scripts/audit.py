"""List findings, statements and revisions: the door to `safeguarding.published.audit`."""

import sys

from safeguarding.published.audit import main

if __name__ == "__main__":
    sys.exit(main())

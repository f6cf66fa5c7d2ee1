"""Write the report: the door to `safeguarding.report.report_commands`."""

import sys

from safeguarding.report.report_commands import main

if __name__ == "__main__":
    sys.exit(main())

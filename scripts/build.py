"""Build the warehouse: the door to `safeguarding.warehouse.build`."""

import sys

from safeguarding.warehouse.build import main

if __name__ == "__main__":
    sys.exit(main())

"""``python -m diemcau.drill --sites 9`` is ``diemcau drill --sites 9``."""

import sys

from .cli import drill

sys.exit(drill(sys.argv[1:]))

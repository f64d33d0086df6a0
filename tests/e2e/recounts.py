"""Orders the recount of a day, in a process of its own: settings are read once a process.

python -m tests.e2e.recounts ORGANIZATION YYYY-MM-DD       the environment names the stack
"""

import sys
import time

from chalicelib.core.days import parse_day
from chalicelib.services import recounting

if __name__ == "__main__":
    recounting.order(int(sys.argv[1]), parse_day(sys.argv[2]), time.time_ns() // 1_000_000)

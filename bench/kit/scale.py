"""How big an experiment is: BENCH_SCALE=quick finds out whether it runs, full measures."""

import os
import sys

SCALE = os.environ.get('BENCH_SCALE', 'quick')
if SCALE not in ('quick', 'full'):
    sys.exit('BENCH_SCALE must be "quick" or "full", not "%s"' % SCALE)


def pick(quick, full):
    """The value of this scale."""
    return full if SCALE == 'full' else quick

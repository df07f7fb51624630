"""Compare instruction counts with budget/NN of the server's major; exit status 1 if
one is exceeded.

Only instructions are judged, never times: they are the same on a busy machine.
"""

import os
import re
import subprocess
import sys

from kit import cluster
from kit.counts import WORK, Counts

BUDGETS = os.path.join(os.path.dirname(__file__), 'budget')


def server_major():
    """The major version of the server that is measured."""
    version = subprocess.run([cluster.program('postgres'), '--version'], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    return int(re.search(r'\d+', version).group())


def choose(major, known):
    """The major whose budget holds for this one: its own, or the nearest lower."""
    lower = [one for one in known if one <= major]
    if not lower:
        sys.exit('bench/budget has nothing for PostgreSQL %d or lower' % major)
    return max(lower)


def read(path):
    """{name: instructions allowed}"""
    budget = {}
    with open(path, encoding='utf-8') as f:
        for line in f:
            fields = line.split('#')[0].split()
            if fields:
                budget[fields[0]] = int(fields[1])
    return budget


def measured(counts):
    """{name: instructions} of everything that can have a budget."""
    found = {}
    for work in WORK:
        found['record.' + work] = counts.record(work)
        found['default.' + work] = counts.record(work, 'app_default')
    for hook, cost in counts.hooks().items():
        found['none.' + hook] = cost
    return found


def main():
    """Print each figure beside its budget."""
    major = server_major()
    chosen = choose(major, [int(name) for name in os.listdir(BUDGETS)])
    if chosen != major:
        print('There is no budget for PostgreSQL %d: that of %d is used.' % (major, chosen))
    budget = read(os.path.join(BUDGETS, str(chosen)))
    found = measured(Counts())
    over = 0
    print('%-34s %10s %10s' % ('instructions', 'measured', 'budget'))
    for name in sorted(set(found) | set(budget)):
        limit = budget.get(name, budget['none.*'] if name.startswith('none.') else None)
        value = found.get(name)
        verdict = ''
        if value is None:
            verdict, over = 'NOT MEASURED', over + (name != 'none.*')
            if name == 'none.*':
                continue
        elif limit is not None and value > limit:
            verdict, over = 'OVER BUDGET', over + 1
        print('%-34s %10s %10s %s' % (name, '-' if value is None else '%d' % value,
                                      '-' if limit is None else limit, verdict))
    if over:
        sys.exit('%d over budget. If the cost is worth it, change bench/budget/%d in the '
                 'same commit and say why.' % (over, chosen))


if __name__ == '__main__':
    main()

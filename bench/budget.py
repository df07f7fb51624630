"""Compare instruction counts with the file "budget"; exit status 1 if one is exceeded.

Only instructions are judged, never times: they are the same on a busy machine.
"""

import os
import sys

from kit.counts import WORK, Counts


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
    budget = read(os.path.join(os.path.dirname(__file__), 'budget'))
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
        sys.exit('%d over budget. If the cost is worth it, change bench/budget in the same '
                 'commit and say why.' % over)


if __name__ == '__main__':
    main()

"""2. Instructions per record and per hook, counted by valgrind's callgrind."""

from kit import callgrind, report
from kit.counts import WORK, Counts, TIMES

TOP = 25


def main():
    """Count and report."""
    counts = Counts()
    lines = []
    for work in WORK:
        base = counts.statement(work, 'app_none')
        default = counts.record(work, 'app_default')
        record = counts.record(work)
        lines.append([work, '%d' % base, '%d' % default, '%d' % record,
                      '%.1f %%' % (100 * default / base), '%.1f %%' % (100 * record / base)])
    report.table('instructions', 'Instructions per statement',
                 ['', 'statement', 'default settings +', 'log = all +', 'default', 'all'], lines,
                 ['Difference of sessions that ran the statement %d times and once.' % (TIMES + 1)])
    report.bars('instructions', 'Instructions per record', 'instructions', list(WORK),
                {'default settings': [(counts.record(w, 'app_default'),) * 3 for w in WORK],
                 'log = all': [(counts.record(w),) * 3 for w in WORK]})

    hooks = sorted(counts.hooks().items(), key=lambda item: -item[1])
    report.table('hooks', 'Instructions of each hook with log = none',
                 ['', 'instructions per call'], [[hook, '%d' % cost] for hook, cost in hooks])

    more, less = counts.pair('select', 'app_all')
    none_more, none_less = counts.pair('select', 'app_none')
    none = dict(callgrind.difference(none_more, none_less, TIMES))
    above = [(name, cost - none.get(name, 0))
             for name, cost in callgrind.difference(more, less, TIMES)]
    above.sort(key=lambda item: -item[1])
    report.table('profile', 'Where the instructions of a nested SELECT\'s record go',
                 ['function', 'instructions'],
                 [[name, '%d' % cost] for name, cost in above[:TOP]])


if __name__ == '__main__':
    main()

"""1. CPU per record: of the backend, and of all server processes.

One session per row runs the same statements; what the same statements cost
without audit, in the same round, is subtracted.  log_statement does not see
nested statements, so it is measured with statements sent one by one, against
its own base line.
"""

from kit import cluster, proc, report
from kit.rows import rows
from kit.scale import pick

STATEMENTS = pick(5_000, 60_000)
ROUNDS = pick(3, 7)
ROWS = rows('nothing', 'log_statement', 'pgaudit', 'tofile', 'secaudit', 'nochain', 'commit',
            'statement', 'literals', 'tokens', 'parameters', 'default', 'none')

NESTED = cluster.NESTED_SELECT % STATEMENTS
TOP_LEVEL = '\\o /dev/null\n' + '\n'.join(
    'SELECT bal FROM acc WHERE aid = %d;' % (i % cluster.ACCOUNTS + 1)
    for i in range(STATEMENTS)) + '\n\\o\n'


class Meter:
    """One row's server and session."""

    def __init__(self, row):
        self.row = row
        self.server = cluster.Cluster(row).start()
        self.session = self.server.session()
        self.cost = {'backend': [], 'all': []}
        self.session.ask(cluster.NESTED_SELECT % (STATEMENTS // 2))

    def measure(self, work):
        """Microseconds per statement: backend, all processes."""
        before_all = proc.settle(self.server.cpu_ns)
        before = proc.cpu_ns(self.session.pid)
        self.session.ask(work)
        backend = proc.cpu_ns(self.session.pid) - before
        everything = proc.settle(self.server.cpu_ns) - before_all
        return backend / STATEMENTS / 1000, everything / STATEMENTS / 1000

    def add(self, work, base):
        """Measure, subtract the base line and keep the result."""
        backend, everything = self.measure(work)
        self.cost['backend'].append(backend - base[0])
        self.cost['all'].append(everything - base[1])


def main():
    """Measure in rounds, row by row, and report."""
    meters = [Meter(row) for row in cluster.available(ROWS)]
    nothing = meters.pop(0)
    bases = []
    for _ in range(ROUNDS):
        nested = nothing.measure(NESTED)
        bases.append(nested[0])
        top_level = nothing.measure(TOP_LEVEL)
        for meter in meters:
            if meter.row.name == 'log_statement':
                meter.add(TOP_LEVEL, top_level)
            else:
                meter.add(NESTED, nested)

    spreads = {m.row.name: {k: report.spread(v) for k, v in m.cost.items()} for m in meters}
    lines = []
    for meter in meters:
        own = spreads[meter.row.name]
        line = [meter.row.label]
        for part in ('backend', 'all'):
            line.append(report.show(own[part]))
            for peer in ('pgaudit', 'tofile'):
                if peer in spreads and own[part][0] > 0:
                    line.append('1/%.1f' % (spreads[peer][part][0] / own[part][0]))
                else:
                    line.append('-')
        lines.append(line)
    report.table('cpu', 'CPU per record above that of the statement, microseconds',
                 ['', 'backend', 'of pgaudit', 'of tofile', 'all processes', 'of pgaudit',
                  'of tofile'], lines,
                 ['%d statements per round, %d rounds: median (min - max); the statement itself '
                  'costs %.1f us.' % (STATEMENTS, ROUNDS, report.spread(bases)[0])])
    report.bars('cpu', 'CPU per record', 'microseconds', [m.row.label for m in meters],
                {'backend': [spreads[m.row.name]['backend'] for m in meters],
                 'all processes': [spreads[m.row.name]['all'] for m in meters]})


if __name__ == '__main__':
    main()

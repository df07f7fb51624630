"""1. CPU per record: of the backend, and of all server processes.

One session per row runs the same statements as a session without audit, in
slices that take turns: a neighbour that slows the machine down for longer than
a slice slows both.  log_statement does not see nested statements, so it is
measured with statements sent one by one.
"""

from kit import cluster, proc, report
from kit.rows import rows
from kit.scale import pick

STATEMENTS = 2_500
SLICES = 8
ROUNDS = pick(3, 9)
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
        self.work = TOP_LEVEL if row.name == 'log_statement' else NESTED
        self.server = cluster.Cluster(row).start()
        self.session = self.server.session()
        self.cost = {'backend': [], 'all': []}
        # every page of secaudit's buffer has been touched after this
        self.session.ask(cluster.NESTED_SELECT % 30_000)

    def slice(self, work):
        """Microseconds of the backend per statement."""
        before = proc.cpu_ns(self.session.pid)
        self.session.ask(work)
        return (proc.cpu_ns(self.session.pid) - before) / STATEMENTS / 1000

    def round(self, nothing):
        """Take turns with the session without audit; keep the median difference."""
        before = proc.settle(self.server.cpu_ns)
        own, above = 0, []
        for _ in range(SLICES):
            base = nothing.slice(self.work)
            mine = self.slice(self.work)
            own += mine
            above.append(mine - base)
        everything = proc.settle(self.server.cpu_ns) - before
        others = everything / STATEMENTS / 1000 - own
        backend = report.spread(above)[0]
        self.cost['backend'].append(backend)
        self.cost['all'].append(backend + others / SLICES)


def main():
    """Measure in rounds, row by row, and report."""
    meters = [Meter(row) for row in cluster.available(ROWS)]
    nothing = meters.pop(0)
    for _ in range(ROUNDS):
        for meter in meters:
            meter.round(nothing)
    statement = report.spread([nothing.slice(NESTED) for _ in range(SLICES)])[0]

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
                 ['%d rounds of %d slices of %d statements: median (min - max) of the rounds; the '
                  'statement itself costs %.1f us.' % (ROUNDS, SLICES, STATEMENTS, statement)])
    report.bars('cpu', 'CPU per record', 'microseconds', [m.row.label for m in meters],
                {'backend': [spreads[m.row.name]['backend'] for m in meters],
                 'all processes': [spreads[m.row.name]['all'] for m in meters]})


if __name__ == '__main__':
    main()

"""4. Growth: what a record costs as clients, relations, text and database grow.

Clients are measured in CPU time of all server processes against a server
without audit; the other three in instructions, which show slopes that noise
would hide.
"""

from kit import callgrind, cluster, load, proc, report
from kit.counts import ROLES
from kit.rows import Row, rows
from kit.scale import pick

CLIENTS = pick((1, 20), (1, 10, 50, 200))
SECONDS = pick(2, 4)
ROUNDS = pick(2, 3)
RELATIONS = pick((1, 10, 100), (1, 10, 100, 300, 1000))
LENGTHS = pick((100, 10_000), (100, 1_000, 10_000, 100_000, 1_000_000))
OBJECTS = pick((100, 1_000), (100, 1_000, 10_000, 100_000))
REPEAT = 20


def by_clients():
    """CPU per transaction above that of no audit."""
    servers = cluster.start_all(rows('nothing', 'secaudit', 'pgaudit'))
    series = {s.row.label: [] for s in servers[1:]}
    lines = []
    for clients in CLIENTS:
        cost = {s.row.label: [] for s in servers}
        for _ in range(ROUNDS):
            for server in servers:
                before = proc.settle(server.cpu_ns)
                tps, latencies = load.run(server, clients, SECONDS, '-S', '-M', 'prepared')
                after = proc.settle(server.cpu_ns)
                cost[server.row.label].append((after - before) / len(latencies) / 1000)
        base = cost.pop(servers[0].row.label)
        for label, values in cost.items():
            above = report.spread([a - b for a, b in zip(values, base)])
            series[label].append((clients, *above))
            lines.append(['%d  %s' % (clients, label), report.show(above)])
    report.table('growth-clients', 'CPU of all processes per record by number of clients, us',
                 ['clients', 'us per record'], lines)
    report.lines('growth-clients', 'CPU of all processes per record', 'clients',
                 'microseconds', series)
    for server in servers:
        server.stop()


class Counter:
    """A server under callgrind in which sessions with and without audit are compared."""

    def __init__(self, prepare):
        row = Row('growth', 'growth', 'secaudit', {'secaudit.lock': 'off'})
        native = cluster.Cluster(row, logging_collector='off', max_locks_per_transaction='2000')
        native.start()
        native.run(ROLES)
        for sql in prepare:
            native.run(sql)
        native.run('CHECKPOINT')
        cluster.quietly(cluster.program('pg_ctl'), 'stop', '-w', '-m', 'fast', '-D', native.data)
        native.pid = None
        self.server = callgrind.Server.__new__(callgrind.Server)
        self.server.__dict__.update(native.__dict__)
        self.server.start()
        self.pids = []

    def add(self, statement, repeat=REPEAT):
        """Measure a statement; results come with finish()."""
        runs = [(role, n) for role in ('app_none', 'app_all') for n in (1, 1 + repeat)]
        self.pids.append((repeat, [self.server.work((statement + ';\n') * n, role)
                                   for role, n in runs]))

    def finish(self):
        """Instructions per record of each statement."""
        self.server.finish()
        found = []
        for repeat, pids in self.pids:
            none_1, none_n, all_1, all_n = [self.server.profile(pid).total for pid in pids]
            found.append(((all_n - all_1) - (none_n - none_1)) / repeat)
        self.server.stop()
        return found


def show(name, title, xlabel, sizes, found):
    """Report one series of counts."""
    report.table(name, title, [xlabel, 'instructions', 'per unit'],
                 [['%d' % size, '%d' % cost, '%.1f' % (cost / size)]
                  for size, cost in zip(sizes, found)])
    report.lines(name, title, xlabel, 'instructions',
                 {'secaudit': [(s, c, c, c) for s, c in zip(sizes, found)]}, 'xy')


def by_relations():
    """A statement that names n tables."""
    counter = Counter(['DO $$BEGIN FOR i IN 1..%d LOOP EXECUTE format(\'CREATE TABLE t%%s (a int)\', '
                       'i); END LOOP; END$$' % max(RELATIONS),
                       'GRANT SELECT ON ALL TABLES IN SCHEMA public TO app'])
    for n in RELATIONS:
        union = ' UNION ALL '.join('SELECT a FROM t%d' % (i + 1) for i in range(n))
        counter.add(union, REPEAT if n < 100 else 3)
    show('growth-relations', 'Instructions per record by number of relations', 'relations',
         RELATIONS, counter.finish())


def by_length():
    """A statement of n bytes."""
    counter = Counter(["ALTER ROLE app_all SET secaudit.query_max_bytes = '2MB'"])
    for n in LENGTHS:
        counter.add("SELECT 1 /* %s */" % ('text ' * (n // 5 - 3)), REPEAT if n < 100_000 else 3)
    show('growth-length', 'Instructions per record by length of the statement', 'bytes',
         LENGTHS, counter.finish())


def by_objects():
    """The same statement in a database of n tables."""
    found = []
    for n in OBJECTS:
        step = 10_000
        counter = Counter(
            ['DO $$BEGIN FOR i IN %d..%d LOOP EXECUTE format(\'CREATE TABLE t%%s (a int)\', i); '
             'END LOOP; END$$' % (first, min(n, first + step - 1)) for first in range(1, n + 1, step)])
        counter.add('SELECT bal FROM acc WHERE aid = 7')
        found += counter.finish()
    show('growth-objects', 'Instructions per record by number of tables in the database', 'tables',
         OBJECTS, found)


def main():
    """All four."""
    by_clients()
    by_relations()
    by_length()
    by_objects()


if __name__ == '__main__':
    main()

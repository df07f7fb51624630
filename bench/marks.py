"""9. Cost of the decision: what labels cost a statement that touches none.

Three servers with the default settings, which record none of the statements:
one without any label, one with ten, one with 100,000 (tables and their columns).
Sessions on them take turns, slice by slice.  The table that is read has no label.
"""

from kit import cluster, proc, report
from kit.rows import secaudit
from kit.scale import pick

STATEMENTS = 5_000
SLICES = pick(6, 40)
TABLES = 1000
COLUMNS = 99  # and the table: 100 labels each

# name, what the table calls it, tables, columns of each that have a label, too
SERVERS = [
    ('labels0', 'no label', 0, 0),
    ('labels10', '10 labels', 10, 0),
    ('labels100k', '100,000 labels', TABLES, COLUMNS),
]

MAKE = """
DO $$ BEGIN
    FOR i IN 1..%d LOOP
        EXECUTE format('CREATE TABLE labelled%%s (%%s)', i,
                       (SELECT string_agg('c' || c || ' int', ', ')
                        FROM generate_series(1, %d) c));
    END LOOP;
END $$;
"""

LABEL = """
DO $$ BEGIN
    FOR i IN 1..%d LOOP
        EXECUTE format('SECURITY LABEL FOR secaudit ON TABLE labelled%%s IS ''t%%s''', i, i);
        FOR c IN 1..%d LOOP
            EXECUTE format('SECURITY LABEL FOR secaudit ON COLUMN labelled%%s.c%%s IS ''c%%s''',
                           i, c, c);
        END LOOP;
    END LOOP;
END $$;
"""


def start(name, label, tables, columns):
    """A session on a server with these labels, and how many there are."""
    row = secaudit(name, label, log='ddl, role, session, error, config', log_superuser='off')
    server = cluster.Cluster(row).start()
    server.run(MAKE % (tables, COLUMNS))
    server.run(LABEL % (tables, columns))
    count = server.run('SELECT count(*) FROM pg_seclabel').strip()
    session = server.session()
    session.ask(cluster.STATIC_SELECT % 30_000)
    return session, count


def main():
    """Measure slice by slice, and report."""
    sessions = [start(*server) for server in SERVERS]
    cost = [[] for _ in sessions]
    for _ in range(SLICES):
        for i, (session, _) in enumerate(sessions):
            before = proc.cpu_ns(session.pid)
            session.ask(cluster.STATIC_SELECT % STATEMENTS)
            cost[i].append((proc.cpu_ns(session.pid) - before) / STATEMENTS / 1000)

    lines = []
    for i, (_, label, _, _) in enumerate(SERVERS):
        above = [own - base for own, base in zip(cost[i], cost[0])]
        ratio = [own / base for own, base in zip(cost[i], cost[0])]
        lines.append([label, sessions[i][1], report.show(report.spread(cost[i])),
                      report.show(report.spread(above)), report.show(report.spread(ratio), 3)])
    report.table('marks', 'CPU of the backend per statement that is not recorded, microseconds',
                 ['', 'labels', 'statement', 'above no label', 'ratio'], lines,
                 ['%d slices of %d statements in turns: median (min - max) of the slices.'
                  % (SLICES, STATEMENTS)])


if __name__ == '__main__':
    main()

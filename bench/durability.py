"""6. Durability: fsyncs per record by number of clients, and what a commit waits.

A batch of the writer is one fdatasync, so secaudit.status() counts them.
"""

from kit import cluster, load, report
from kit.rows import rows
from kit.scale import pick

SECONDS = pick(2, 4)
ROUNDS = pick(2, 3)
CLIENTS = (1, 8, 64)
ROWS = rows('nothing', 'secaudit', 'commit', 'statement')


def main():
    """pgbench -N, all rows, in rounds."""
    servers = cluster.start_all(ROWS)
    lines, chart = [], {s.row.label: [] for s in servers[1:]}
    for server in servers:
        server.run('GRANT ALL ON ALL TABLES IN SCHEMA public TO app')
    for clients in CLIENTS:
        median, syncs = {}, {}
        for _ in range(ROUNDS):
            for server in servers:
                name = server.row.name
                audited = server.row.libs == 'secaudit'
                before = server.status('batches', 'appended') if audited else [0, 0]
                _, latencies = load.run(server, clients, SECONDS, '-N', '-M', 'prepared')
                after = server.status('batches', 'appended') if audited else [0, 1]
                median.setdefault(name, []).append(load.percentile(latencies, 50))
                syncs.setdefault(name, []).append(
                    (after[0] - before[0]) / max(after[1] - before[1], 1))
        for server in servers:
            name = server.row.name
            ratio = report.spread([a / b for a, b in zip(median[name], median['nothing'])])
            lines.append(['%d  %s' % (clients, server.row.label),
                          report.show(report.spread(syncs[name]), 4),
                          report.show(report.spread(median[name]), 2), report.show(ratio)])
            if name != 'nothing':
                chart[server.row.label].append((clients, *report.spread(syncs[name])))
    report.table('durability', 'Group flush: pgbench -N -M prepared',
                 ['clients', 'fsyncs per record', 'median latency ms', 'of no audit'], lines)
    report.lines('durability', 'fsyncs per record', 'clients', 'fsyncs', chart, 'xy')


if __name__ == '__main__':
    main()

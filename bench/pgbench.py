"""3. pgbench, read-only and TPC-B: throughput and latency against no audit.

Rounds are interleaved: each round runs every row for a few seconds, and a
ratio is taken within the round.  CPU time by transaction tells what throughput
is too noisy for.
"""

from kit import cluster, load, proc, report
from kit.rows import rows
from kit.scale import pick

SECONDS = 2
CLIENTS = pick((1, 16), (1, 4, 16, 64))
ROWS = rows('nothing', 'none', 'default', 'secaudit', 'syncing', 'pgaudit', 'tofile')
# name, title, rounds, options
MODES = (('read', 'pgbench -S -M prepared', pick(2, 4), ('-S', '-M', 'prepared')),
         ('tpcb', 'pgbench -M prepared (TPC-B)', 2, ('-M', 'prepared')))


def run_mode(servers, name, title, rounds, options):
    """All client counts of one mode."""
    lines, chart = [], {s.row.label: [] for s in servers[1:]}
    for clients in CLIENTS:
        tps = {s.row.name: [] for s in servers}
        cpu = {s.row.name: [] for s in servers}
        latencies = {s.row.name: [] for s in servers}
        for _ in range(rounds):
            for server in servers:
                row = server.row.name
                before = proc.settle(server.cpu_ns)
                measured = load.run(server, clients, SECONDS, *options)
                after = proc.settle(server.cpu_ns)
                tps[row].append(measured[0])
                cpu[row].append((after - before) / len(measured[1]) / 1000)
                latencies[row] += measured[1]
        for server in servers:
            row = server.row
            ratio = report.spread([a / b for a, b in zip(tps[row.name], tps['nothing'])])
            times = sorted(latencies[row.name])
            above = report.spread([a - b for a, b in zip(cpu[row.name], cpu['nothing'])])
            lines.append(['%d  %s' % (clients, row.label),
                          '%.0f' % report.spread(tps[row.name])[0], report.show(ratio, 3),
                          '%.1f' % report.spread(cpu[row.name])[0], report.show(above, 1),
                          *('%.2f' % load.percentile(times, p) for p in (50, 95, 99))])
            if row.name != 'nothing':
                chart[row.label].append((clients, *ratio))
    report.table('pgbench-' + name, title,
                 ['clients', 'tps', 'of no audit', 'CPU us', 'above no audit', 'p50 ms', 'p95 ms',
                  'p99 ms'], lines,
                 ['%d rounds of %d s each: median (min - max).  CPU: of all server processes, '
                  'by transaction; the client and the kernel share the machine with them.'
                  % (rounds, SECONDS)])
    report.lines('pgbench-' + name, title, 'clients', 'throughput of that without audit', chart)


def main():
    """Both modes."""
    servers = cluster.start_all(ROWS)
    for server in servers:
        server.run('GRANT ALL ON ALL TABLES IN SCHEMA public TO app')
    for mode in MODES:
        run_mode(servers, *mode)


if __name__ == '__main__':
    main()

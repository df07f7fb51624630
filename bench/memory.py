"""7. Memory: of backends, of the writer, in shared memory; and whether it grows."""

from kit import cluster, proc, report
from kit.rows import rows
from kit.scale import pick

STATEMENTS = pick(20_000, 1_000_000)
ROWS = rows('nothing', 'secaudit', 'pgaudit')
CONTEXTS = ("SELECT coalesce(sum(total_bytes), 0) FROM pg_backend_memory_contexts "
            "WHERE name LIKE 'secaudit%' AND name NOT LIKE '%names';")
SHARED = ("SELECT coalesce(sum(allocated_size), 0) FROM pg_shmem_allocations "
          "WHERE name LIKE 'secaudit%'")


def own_kb(session):
    """What secaudit holds in a backend beside its caches of names: contexts and variables, kB."""
    contexts = int(session.ask(CONTEXTS)[0]) / 1024
    return contexts + proc.private_kb(session.pid, 'secaudit.so')


def private_by_work(server):
    """Private memory of one session: idle, after some work, after a lot of it."""
    session = server.session()
    found = [proc.private_kb(session.pid)]
    session.ask('CREATE TEMP TABLE warm (a int);' + cluster.NESTED_SELECT % 1_000)
    found.append(proc.private_kb(session.pid))
    for _ in range(10):
        session.ask(cluster.NESTED_SELECT % (STATEMENTS // 10))
    found.append(proc.private_kb(session.pid))
    session.close()
    return found


def own_by_work(server):
    """What secaudit itself holds, at the same points."""
    server.run('GRANT pg_read_all_stats TO app')
    session = server.session()
    found = [own_kb(session)]
    session.ask(cluster.NESTED_SELECT % 1_000)
    found.append(own_kb(session))
    session.ask(cluster.NESTED_SELECT % (STATEMENTS // 10))
    found.append(own_kb(session))
    session.close()
    return found


def buffer_kb(server):
    """The buffer file as it is mapped, kB."""
    mapped = 0
    with open('/proc/%d/maps' % server.pid, encoding='utf-8') as f:
        for line in f:
            if 'secaudit.buf' in line:
                first, last = (int(end, 16) for end in line.split()[0].split('-'))
                mapped += last - first
    return mapped / 1024


def buffer_by_process(server):
    """The same per process that the server may have, by what more of them add."""
    more = 512
    connections = int(server.run('SHOW max_connections'))
    larger = cluster.Cluster(server.row, '-more', max_connections=str(connections + more)).start()
    per_process = (buffer_kb(larger) - buffer_kb(server)) / more
    larger.stop()
    return per_process


def main():
    """All of it."""
    servers = cluster.start_all(ROWS)
    moments = ['idle', 'after 1,000 statements', 'after {:,} statements'.format(STATEMENTS)]
    private = {s.row.label: private_by_work(s) for s in servers}
    base = private[servers[0].row.label]
    lines = [[label] + ['%d (%+d)' % (kb, kb - none) for kb, none in zip(values, base)]
             for label, values in private.items()]
    report.table('memory', 'Private memory of a backend, kB (above no audit)', ['', *moments],
                 lines)
    report.bars('memory', 'Private memory of a backend', 'kB', moments,
                {label: [(kb, kb, kb) for kb in values] for label, values in private.items()})

    audited = next(s for s in servers if s.row.libs == 'secaudit')
    own = own_by_work(audited)
    shared = int(audited.run(SHARED))
    size = int(audited.status('buffer_bytes')[0]) / 1024
    report.table('memory-own', 'What secaudit itself holds', ['', 'kB'], [
        ['contexts and variables, idle backend', '%.0f' % own[0]],
        ['the same after 1,000 statements', '%.0f' % own[1]],
        ['the same after {:,} more'.format(STATEMENTS // 10), '%.0f' % own[2]],
        ['writer, private memory', '%d' % proc.private_kb(audited.writer())],
        ['shared memory, structures', '%.1f' % (shared / 1024)],
        ['buffer file beyond buffer_size', '%d' % (buffer_kb(audited) - size)],
        ['of that, per possible process', '%.2f' % buffer_by_process(audited)],
    ])


if __name__ == '__main__':
    main()

"""5. The writer: what it sustains, and how fast it empties a full buffer."""

import os
import signal
import time

from kit import cluster, proc, report
from kit.rows import rows
from kit.scale import pick

STATEMENTS = pick(40_000, 400_000)
ROUNDS = pick(2, 5)
PRODUCERS = 2
BUFFER_MB = pick(64, 256)
ROWS = rows('secaudit', 'nochain')


def flat_out(server, sessions):
    """Two producers at once: what of it reaches the disk meanwhile, and at what CPU."""
    writer = server.writer()
    server.run('SELECT secaudit.flush()')
    before = server.status('records', 'bytes')
    cpu, began = proc.cpu_ns(writer), time.monotonic()
    for session in sessions:
        session.send(cluster.STATIC_SELECT % STATEMENTS)
    for session in sessions:
        session.done()
    server.run('SELECT secaudit.flush()')
    seconds = time.monotonic() - began
    cpu = (proc.cpu_ns(writer) - cpu) / 1e9
    after = server.status('records', 'bytes')
    records, size = after[0] - before[0], after[1] - before[1]
    return {'records/s': records / seconds, 'MB/s': size / seconds / 1e6,
            'records per second of writer CPU': records / cpu}


def drain(server, session):
    """Hold the writer, fill the buffer, let go: wall-clock time until it is on disk."""
    writer = server.writer()
    server.run('SELECT secaudit.flush()')
    os.kill(writer, signal.SIGSTOP)
    try:
        while True:
            size, buffered = server.status('buffer_bytes', 'buffered_bytes')
            if buffered > size * 0.9:
                break
            session.ask(cluster.STATIC_SELECT % 5_000)
        records = server.status('appended')[0] - server.status('records')[0]
    finally:
        os.kill(writer, signal.SIGCONT)
    before = server.status('records')[0]
    began = time.monotonic()
    server.run('SELECT secaudit.flush()')
    seconds = time.monotonic() - began
    records = server.status('records')[0] - before
    return {'drain: records/s': records / seconds, 'drain: MB/s': buffered / seconds / 1e6,
            'drain: seconds': seconds}


def main():
    """Measure each row in turn, round by round."""
    servers = cluster.start_all(ROWS, **{'secaudit.buffer_size': '%dMB' % BUFFER_MB})
    sessions = {s.row.name: [s.session() for _ in range(PRODUCERS)] for s in servers}
    found = {s.row.name: {} for s in servers}
    for _ in range(ROUNDS):
        for server in servers:
            own = sessions[server.row.name]
            for key, value in {**flat_out(server, own), **drain(server, own[0])}.items():
                found[server.row.name].setdefault(key, []).append(value)
    keys = list(found[servers[0].row.name])
    report.table('writer', 'The writer, %d producers flat out, and draining %d MB'
                 % (PRODUCERS, BUFFER_MB), ['', *(s.row.label for s in servers)],
                 [[key, *(report.show(report.spread(found[s.row.name][key]),
                                      3 if key.endswith('seconds') else 0) for s in servers)]
                  for key in keys])
    shown = [key for key in keys if 'records' in key]
    report.bars('writer', 'Records per second of the writer', 'records/s', shown,
                {s.row.label: [report.spread(found[s.row.name][key]) for key in shown]
                 for s in servers})


if __name__ == '__main__':
    main()

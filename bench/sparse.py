#!/usr/bin/env python3
"""sparse.py [RECORDS]: commands of secauditctl on a trail of many small records, few of which match.

Makes a trail of that many records (default 10,000,000) in files of 64 MB, its chain
valid, and runs each command when a tenth of it is there and when all is: what memory
a command takes must not grow with the trail.  One record in a million is of the user
"rare"; the others are of 200,000 users with a text each.  CTL is the secauditctl to
measure; BENCH_DIR says where the trail lives (default /tmp).  Needs time(1).
"""

import os
import shutil
import sys
import tempfile

from kit.trail import Trail, run

RARE = 1_000_000
STATEMENT = ('"command":"SELECT","outcome":"success","db":"shop","user":"%s",'
             '"session":"6a1b%04x.%x","pid":%d,"stmt":%d,"query":"SELECT id FROM t_%d"}')
COMMANDS = (
    ('search, rare user', 'search', '--user=rare', '--output=json', '--all'),
    ('search, rare text', 'search', '--grep=no such text', '--output=json', '--all'),
    ('search, every record as JSON', 'search', '--output=json', '--all'),
    ('stats', 'stats'),
    ('verify', 'verify'),
    ('info', 'info'),
)


def body(seq):
    """A SELECT of somebody."""
    who = seq * 7919 % 200_000
    return 'statement', 'read', STATEMENT % (
        'rare' if seq % RARE == RARE // 20 else 'user_%d' % who,
        seq // 1000 % 65536, who, who, seq % 1000, who)


def main():
    """Let it grow, measure."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    ctl = os.environ.get('CTL', './secauditctl')
    path = tempfile.mkdtemp(prefix='secaudit-sparse.', dir=os.environ.get('BENCH_DIR', '/tmp'))
    results = []
    try:
        trail = Trail(path, body)
        for size in (records // 10, records):
            trail.grow(size)
            print('%d records, %d bytes' % (size, trail.bytes()), file=sys.stderr)
            for name, *args in COMMANDS:
                seconds, memory = run((ctl, *args, path))
                print('%7.2f s %7.1f MB  %s' % (seconds, memory, name), file=sys.stderr)
                results.append((seconds, trail.bytes() / 1e6, memory))
        trail.out.close()
    finally:
        shutil.rmtree(path)
    print('| command | CPU, seconds | MB/s | peak memory MB, %d records | %d records |'
          % (records // 10, records))
    print('|---|--:|--:|--:|--:|')
    for i, (name, *_) in enumerate(COMMANDS):
        seconds, size, memory = results[i + len(COMMANDS)]
        print('| %s | %.2f | %.0f | %.1f | %.1f |'
              % (name, seconds, size / max(seconds, 0.01), results[i][2], memory))


if __name__ == '__main__':
    main()

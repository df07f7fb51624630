#!/usr/bin/env python3
"""convert.py [RECORDS]: records a second, per core, of secauditctl convert, and its memory.

Makes a trail of that many records (default 1,000,000), its chain valid, of statements as
a shop has them: most are SELECTs of some 650 bytes, one in 20 is GRANT, one in 50 fails,
one in 10 runs inside of another.  Runs each format when a tenth of it is there and when
all is; the CPU time is the least of three runs.  Exit status 1 if ecs makes fewer than
300,000 records of a second, or memory grows.  CTL is the secauditctl to measure;
BENCH_DIR says where the trail lives (default /tmp).  Needs time(1).
"""

import os
import shutil
import sys
import tempfile

from kit.trail import Trail, run

FORMATS = ('ecs', 'ocsf', 'cef', 'csv', 'pgaudit')
LEAST = 300_000
WHO = ('"outcome":"%s",%s"db":"shop","user":"user_%d","session":"6a1b%04x.%x",'
       '"ssn":%d,"pid":%d,"app":"psql","client_addr":"10.1.%d.%d","client_port":%d,"stmt":%d,%s')
SELECT = ('"command":"SELECT",' + WHO + '"objects":[{"type":"table","name":"public.t_%d","access":["select"],'
          '"columns":["id","name"]}],"rows":%d,"duration_us":%d,'
          '"query":"SELECT id, name, price FROM t_%d WHERE id = %d AND region = $1 ORDER BY name"}')
GRANT = ('"command":"GRANT",' + WHO + '"objects":[{"type":"table","name":"public.t_%d","access":["grant"],'
         '"root":true}],"privileges":["select"],"grantees":["user_%d"],"duration_us":%d,'
         '"query":"GRANT SELECT ON t_%d TO user_%d"}')


def body(seq):
    """A statement of somebody."""
    who = seq * 7919 % 200_000
    failed = seq % 50 == 7
    inner = seq % 10 == 3
    common = ('failure' if failed else 'success',
              '"sqlstate":"42501","error":"permission denied for table t_5",' if failed else '',
              who, seq // 1000 % 65536, 1000 + who, seq % 1000, 1000 + who, who // 250 % 250,
              who % 250, 1024 + who % 60000, 2 * seq + (1 if inner else 0),
              '"parent":%d,"level":1,' % (2 * seq + 2) if inner else '')
    table = who % 300
    if seq % 20 == 11:
        return 'statement', 'role', GRANT % (common + (table, who, seq % 900, table, who))
    return 'statement', 'read', SELECT % (common + (table, seq % 50, seq % 50_000, table, seq))


def main():
    """Let it grow, measure."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    ctl = os.environ.get('CTL', './secauditctl')
    path = tempfile.mkdtemp(prefix='secaudit-convert.', dir=os.environ.get('BENCH_DIR', '/tmp'))
    memory = {}
    faults = []
    try:
        trail = Trail(path, body)
        for size in (records // 10, records):
            trail.grow(size)
            results = {to: [run((ctl, 'convert', '--to=' + to, path)) for _ in range(3)]
                       for to in FORMATS}
            for to, runs in results.items():
                memory.setdefault(to, []).append(max(m for _, m in runs))
        print('| to | records/s per core | peak memory MB, %d records | %d records, %d MB |\n|---|--:|--:|--:|'
              % (records // 10, records, trail.bytes() / 1e6))
        trail.out.close()
    finally:
        shutil.rmtree(path)
    for to in FORMATS:
        rate = records / max(min(seconds for seconds, _ in results[to]), 0.01)
        print('| %s | %d | %.1f | %.1f |' % (to, rate, *memory[to]))
        if to == 'ecs' and rate < LEAST:
            faults.append('ecs: fewer than %d records a second' % LEAST)
        # pgaudit holds what runs inside of others, up to 64 MB, and lets go of it
        if memory[to][1] > memory[to][0] + (66 if to == 'pgaudit' else 2):
            faults.append('%s: memory grows with the trail' % to)
    sys.exit('\n'.join(faults) or 0)


if __name__ == '__main__':
    main()

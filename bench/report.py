#!/usr/bin/env python3
"""report.py [RECORDS]: secauditctl report beside secauditctl verify on the same trail.

Makes a trail of that many records (default 2,000,000) of a shop, its chain valid, in
files of 64 MB: reads, writes, sessions, failed logins, definitions, changes of roles
and settings, denied statements, alerts, labelled data, superusers.  Both commands
take turns on it, once a round; what counts is CPU time, and the ratio within each
round.  CTL is the secauditctl to measure, several of them with blanks between;
BENCH_DIR says where the trail lives (default /tmp), BENCH_TRAIL names one that is
there already, which stays (and is made there if it is not).  BENCH_ROUNDS (5).
Needs time(1).
"""

import os
import random
import shutil
import statistics
import sys
import tempfile

from kit.trail import Trail, run

WHO = '"outcome":"%s","db":"shop","user":"%s",%s"session":"6a1b%04x.%x","pid":%d,"app":"%s",'
FROM = '"client_addr":"10.1.%d.%d",'
TABLE = ('"objects":[{"type":"table","name":"public.table_%d","access":["%s"],'
         '"columns":["id","name"]}],')
TAGGED = ('"tags":["pii"],"objects":[{"type":"table","name":"public.card_%d","access":["select"],'
          '"columns":["id","pan"],"tags":["pii"]}],')
READ = ('"command":"SELECT","stmt":%d,%s"rows":%d,"duration_us":%d,'
        '"query":"SELECT id, name, price FROM table_%d WHERE id = %d AND region = $1"}')
WRITE = ('"command":"UPDATE","stmt":%d,%s"rows":1,"duration_us":%d,'
         '"query":"UPDATE table_%d SET name = $1 WHERE id = %d"}')
DENIED = ('"command":"SELECT","stmt":%d,"objects":[{"type":"table","name":"public.salary",'
          '"access":["select"],"denied":true}],"sqlstate":"42501",'
          '"error":"permission denied for table salary","query":"SELECT * FROM salary"}')
FAILED = ('"outcome":"failure","db":"shop","user":"user_%d","pid":%d,"client_addr":"10.9.%d.%d",'
          '"sqlstate":"28P01","error":"password authentication failed for user \\"user_%d\\""}')
GRANT = ('"command":"GRANT","stmt":%d,"objects":[{"type":"table","name":"public.table_%d"}],'
         '"privileges":["select"],"grantees":["user_%d"],"query":"GRANT SELECT ON table_%d TO x"}')
ALERT = ('"reason":"rule","rule":"bulk","severity":"high","stmt":%d,"command":"SELECT"}')


class Shop:
    """What happens there, some of it seldom."""

    def __init__(self):
        self.dice = random.Random(1)

    def who(self, seq, outcome='success', strong=False):
        """Whose session."""
        n = (seq // 5000 + self.dice.randrange(300)) % 20_000
        user = 'dba' if strong else 'user_%d' % (n % 50)
        return (WHO % (outcome, user, '"superuser":true,' if strong else '', n, 1000 + n, 1000 + n,
                       'psql' if n % 3 else 'webshop')
                + FROM % (n % 250 // 16, n % 250))

    def body(self, seq):
        """The next record: event, class, and the rest."""
        dice = self.dice
        what = dice.randrange(1000)
        table, stmt = int(dice.random() ** 3 * 300), seq % 97
        if what < 620:
            objects = TAGGED % (table % 20) if what < 60 else TABLE % (table, 'select')
            return 'statement', 'read', self.who(seq, strong=what % 20 == 0) + READ % (
                stmt, objects, seq % 50, dice.randrange(50_000), table, seq)
        if what < 850:
            return 'statement', 'write', self.who(seq) + WRITE % (
                stmt, TABLE % (table, 'update'), dice.randrange(50_000), table, seq)
        if what < 960:
            return ('session.start' if what % 2 else 'session.end', 'session',
                    self.who(seq) + '"reason":"disconnect"}')
        if what < 970:
            user = dice.randrange(50)
            return 'session.auth', 'session', FAILED % (user, 1000 + table, table // 100, table % 250,
                                                        user)
        if what < 980:
            return 'statement', 'read', self.who(seq, 'failure') + DENIED % stmt
        if what < 990:
            return 'statement', 'role', self.who(seq, strong=True) + GRANT % (
                stmt, table, table % 50, table)
        if what < 998:
            return 'statement', 'ddl', self.who(seq, strong=True) + (
                '"command":"CREATE TABLE","stmt":%d,"query":"CREATE TABLE t_%d (id int)"}'
                % (stmt, seq))
        return 'alert', 'alert', self.who(seq, 'failure') + ALERT % stmt


def measure(ctl, path, rounds):
    """CPU seconds of both, round by round; the peak of report's memory."""
    pairs, peak = [], 0
    for number in range(rounds):
        verify, _ = run((ctl, 'verify', path))
        report, memory = run((ctl, 'report', '-o', path + '.report.html', path))
        os.unlink(path + '.report.html')
        print('%s, round %d: verify %.2f s, report %.2f s' % (ctl, number + 1, verify, report),
              file=sys.stderr)
        pairs.append((verify, report))
        peak = max(peak, memory)
    return pairs, peak


def main():
    """Make it, measure."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    path = os.environ.get('BENCH_TRAIL')
    rounds = int(os.environ.get('BENCH_ROUNDS', '5'))
    keep = path is not None
    if not keep:
        path = tempfile.mkdtemp(prefix='secaudit-report.', dir=os.environ.get('BENCH_DIR', '/tmp'))
    try:
        os.makedirs(path, exist_ok=True)
        if not os.listdir(path):
            trail = Trail(path, Shop().body, step=1_500_000)
            trail.grow(records)
            trail.out.close()
        print('| secauditctl | verify, s | report, s | ratio | peak memory MB |')
        print('|---|--:|--:|--:|--:|')
        for ctl in os.environ.get('CTL', './secauditctl').split():
            pairs, peak = measure(ctl, path, rounds)
            ratios = sorted(report / verify for verify, report in pairs)
            print('| %s | %.2f | %.2f | %.2f (%.2f to %.2f) | %.1f |' % (
                ctl, statistics.median(p[0] for p in pairs),
                statistics.median(p[1] for p in pairs), statistics.median(ratios), ratios[0],
                ratios[-1], peak))
    finally:
        if not keep:
            shutil.rmtree(path)


if __name__ == '__main__':
    main()

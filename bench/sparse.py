#!/usr/bin/env python3
"""sparse.py [RECORDS]: commands of secauditctl on a trail of many small records, few of which match.

Makes a trail of that many records (default 10,000,000) in files of 64 MB, its chain
valid, and runs each command when a tenth of it is there and when all is: what memory
a command takes must not grow with the trail.  One record in a million is of the user
"rare"; the others are of 200,000 users with a text each.  CTL is the secauditctl to
measure; BENCH_DIR says where the trail lives (default /tmp).  Needs time(1).
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

FILE_BYTES = 64 * 1024 * 1024
RARE = 1_000_000
START = ('{"v":1,"log":"a0112233aabbccdd","ts":"2026-01-%02dT%02d:%02d:%02d.%06dZ","event":"%s",'
         '"class":"%s",')
OPEN = '"outcome":"success","reason":"%s","integrity":"chain","file":"%s"%s}'
BEFORE = ',"prev_file":"%s","prev_bytes":%d,"prev_seq":%d,"prev_h":"%s"'
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


class Trail:
    """A trail that grows; see docs/trail.md for what is in it."""

    def __init__(self, path):
        self.path, self.seq, self.number, self.last, self.text = path, 0, 0, bytes(24), ''
        self.out, self.name, self.size = None, '', 0

    def add(self, event, kind, rest):
        """A record: the body, number and hash in place of its brace."""
        seconds, micros = divmod(self.seq * 100, 1_000_000)
        body = START % (1 + seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60,
                        seconds % 60, micros, event, kind) + rest
        self.seq += 1
        digest = hashlib.sha256(body.encode()).digest()
        self.last = hashlib.sha256(b'\1' + self.last + self.seq.to_bytes(8, 'big')
                                   + digest).digest()[:24]
        self.text = base64.urlsafe_b64encode(self.last).decode()
        line = '%s,"seq":%d,"h":"%s"}\n' % (body[:-1], self.seq, self.text)
        self.out.write(line)
        self.size += len(line)

    def begin_file(self):
        """The next file, that names the one before."""
        before = ''
        if self.out is not None:
            self.add('audit.close', 'audit', '"outcome":"success","reason":"rotation"}')
            self.out.close()
            before = BEFORE % (self.name, self.size, self.seq, self.text)
        self.number += 1
        self.name = 'secaudit-20260101T%02d%02d00Z-%06d.jsonl' % (
            self.number // 60, self.number % 60, self.number)
        self.out = open(os.path.join(self.path, self.name), 'w', encoding='ascii')
        self.size = 0
        self.add('audit.open', 'audit',
                 OPEN % ('rotation' if before else 'start', self.name, before))

    def grow(self, records):
        """Up to that many."""
        while self.seq < records:
            if self.out is None or self.size >= FILE_BYTES:
                self.begin_file()
            seq = self.seq
            who = seq * 7919 % 200_000
            self.add('statement', 'read', STATEMENT % (
                'rare' if seq % RARE == RARE // 20 else 'user_%d' % who,
                seq // 1000 % 65536, who, who, seq % 1000, who))
        self.out.flush()

    def bytes(self):
        """Of all files."""
        return sum(entry.stat().st_size for entry in os.scandir(self.path))


def run(*command):
    """CPU seconds and peak memory in MB of a command.

    time(1) starts it: what Python starts begins with Python's own peak.
    """
    result = subprocess.run(('/usr/bin/time', '-f', '%U %S %M') + command,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            check=False)
    if result.returncode not in (0, 1) or (result.returncode == 1
                                           and 'No record' not in result.stderr):
        sys.exit('%s: status %d\n%s' % (' '.join(command), result.returncode, result.stderr))
    user, system, memory = result.stderr.splitlines()[-1].split()
    return float(user) + float(system), int(memory) / 1024


def main():
    """Let it grow, measure."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    ctl = os.environ.get('CTL', './secauditctl')
    path = tempfile.mkdtemp(prefix='secaudit-sparse.', dir=os.environ.get('BENCH_DIR', '/tmp'))
    results = []
    try:
        trail = Trail(path)
        for size in (records // 10, records):
            trail.grow(size)
            print('%d records, %d bytes' % (size, trail.bytes()), file=sys.stderr)
            for name, *args in COMMANDS:
                seconds, memory = run(ctl, *args, path)
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

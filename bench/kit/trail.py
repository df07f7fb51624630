"""Trails made by hand, their chain valid: what docs/trail.md says, in one class."""

import base64
import hashlib
import os
import subprocess
import sys

FILE_BYTES = 64 * 1024 * 1024
START = ('{"v":1,"log":"a0112233aabbccdd","ts":"2026-%02d-%02dT%02d:%02d:%02d.%06dZ","event":"%s",'
         '"class":"%s","node":"shop-db",')
OPEN = '"outcome":"success","reason":"%s","integrity":"chain","file":"%s"%s}'
BEFORE = ',"prev_file":"%s","prev_bytes":%d,"prev_seq":%d,"prev_h":"%s"'


class Trail:
    """A trail that grows, a record every "step" microseconds; body() is the record's rest."""

    def __init__(self, path, body, step=100):
        self.path, self.body, self.step = path, body, step
        self.seq, self.number, self.last, self.text = 0, 0, bytes(24), ''
        self.out, self.name, self.size = None, '', 0

    def add(self, event, kind, rest):
        """A record: the body, number and hash in place of its brace."""
        seconds, micros = divmod(self.seq * self.step, 1_000_000)
        day = seconds // 86400
        body = START % (1 + day // 28, 1 + day % 28, seconds // 3600 % 24, seconds // 60 % 60,
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
            self.add(*self.body(self.seq))
        self.out.flush()

    def bytes(self):
        """Of all files."""
        return sum(entry.stat().st_size for entry in os.scandir(self.path))


def run(command):
    """CPU seconds and peak memory in MB of a command, which may find no record.

    time(1) starts it: what Python starts begins with Python's own peak.
    """
    result = subprocess.run(('/usr/bin/time', '-f', '%U %S %M') + tuple(command),
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            check=False)
    if result.returncode not in (0, 1) or (result.returncode == 1
                                           and 'No record' not in result.stderr):
        sys.exit('%s: status %d\n%s' % (' '.join(command), result.returncode, result.stderr))
    user, system, memory = result.stderr.splitlines()[-1].split()
    return float(user) + float(system), int(memory) / 1024

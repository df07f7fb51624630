"""8. secauditctl verify: speed on one core beside SHA-256 alone, and its memory."""

import os
import re
import subprocess
import sys

from kit import cluster, report
from kit.rows import rows
from kit.scale import pick

SIZES_MB = pick((16, 64), (64, 512, 2048))
ROUNDS = pick(2, 3)
SECTION = 512


def sha256_mb_per_s():
    """What openssl says SHA-256 does here, in MB/s, in pieces of a record's size."""
    out = cluster.quietly('openssl', 'speed', '-seconds', '1', '-bytes', str(SECTION), '-evp',
                          'sha256')
    return float(re.findall(r'([0-9.]+)k\s*$', out, re.M)[-1]) / 1000


def verify(trail):
    """Seconds and peak memory in MB of one run."""
    with subprocess.Popen([cluster.program('secauditctl'), 'verify', trail],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        errors = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
    if os.WEXITSTATUS(status) != 0:
        sys.exit('secauditctl verify failed: ' + errors.decode())
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def size_of(trail):
    """MB of a trail."""
    return sum(entry.stat().st_size for entry in os.scandir(trail)) / 1e6


def main():
    """Let a trail grow, verify it at each size."""
    server = cluster.Cluster(rows('secaudit')[0], **{
        'secaudit.query_max_bytes': '4kB'}).start()
    trail = os.path.join(server.data, 'secaudit')
    usage = subprocess.run([cluster.program('secauditctl'), 'verify', '--help'],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if usage.returncode != 0:
        print('left out: this build has no "secauditctl verify"')
        return
    session = server.session()
    lines, ratios = [], []
    for size in SIZES_MB:
        while size_of(trail) < size:
            session.ask(cluster.STATIC_SELECT % 20_000)
        server.run('SELECT secaudit.flush()')
        real = size_of(trail)
        speed, memory, ratio = [], [], []
        for _ in range(ROUNDS):
            sha = sha256_mb_per_s()
            seconds, peak = verify(trail)
            speed.append(real / seconds)
            memory.append(peak)
            ratio.append(real / seconds / sha)
        lines.append(['%d' % real, report.show(report.spread(speed), 0),
                      report.show(report.spread(ratio)), '%.1f' % max(memory)])
        ratios.append(report.spread(ratio))
    report.table('verify', 'secauditctl verify, one core',
                 ['MB', 'MB/s', 'of SHA-256 alone', 'peak memory MB'], lines,
                 ['SHA-256 alone: openssl speed -evp sha256 -bytes %d.' % SECTION])
    report.bars('verify', 'secauditctl verify of the speed of SHA-256', 'ratio',
                ['%d MB' % size for size in SIZES_MB], {'secauditctl verify': ratios})


if __name__ == '__main__':
    main()

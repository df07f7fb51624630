"""pgbench as a load, with its throughput and the latency of each transaction."""

import glob
import os
import re
import sys

from . import cluster


def run(server, clients, seconds, *options, user='app'):
    """Run pgbench; returns transactions per second and sorted latencies in milliseconds."""
    prefix = os.path.join(server.dir, 'latency')
    for old in glob.glob(prefix + '*'):
        os.remove(old)
    out = cluster.quietly(
        cluster.program('pgbench'), '-n', '-c', str(clients), '-j', str(min(clients, 2)), '-T',
        str(seconds), '-l', '--log-prefix=' + prefix, *options, '-h', server.dir, '-p',
        cluster.PORT, '-U', user, 'postgres')
    found = re.search(r'tps = ([0-9.]+)', out)
    if found is None:
        sys.exit('pgbench did not say how fast it was:\n' + out)
    latencies = []
    for path in glob.glob(prefix + '*'):
        with open(path, encoding='ascii') as f:
            latencies += [int(line.split(' ', 3)[2]) / 1000 for line in f]
    return float(found.group(1)), sorted(latencies)


def percentile(latencies, percent):
    """A percentile of a sorted list."""
    return latencies[min(len(latencies) - 1, len(latencies) * percent // 100)]

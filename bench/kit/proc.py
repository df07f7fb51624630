"""CPU time and memory of processes, from /proc."""

import os
import time

TICK_NS = 1_000_000_000 // os.sysconf('SC_CLK_TCK')


def _stat(pid):
    """Fields of /proc/PID/stat after the command name."""
    with open('/proc/%d/stat' % pid, encoding='latin-1') as f:
        return f.read().rpartition(')')[2].split()


def cpu_ns(pid):
    """User and system time of a process, nanoseconds."""
    try:
        with open('/proc/%d/schedstat' % pid, encoding='ascii') as f:
            return int(f.read().split()[0])
    except FileNotFoundError:
        fields = _stat(pid)
        return (int(fields[11]) + int(fields[12])) * TICK_NS


def children(pid):
    """Pids of the live children of a process."""
    with open('/proc/%d/task/%d/children' % (pid, pid), encoding='ascii') as f:
        return [int(child) for child in f.read().split()]


def tree_cpu_ns(postmaster):
    """CPU time of a server: all its processes, and those that have ended."""
    fields = _stat(postmaster)
    total = cpu_ns(postmaster) + (int(fields[13]) + int(fields[14])) * TICK_NS
    for pid in children(postmaster):
        try:
            total += cpu_ns(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass  # ended meanwhile: from now on among those that have ended
    return total


def title(pid):
    """What a process calls itself."""
    with open('/proc/%d/cmdline' % pid, encoding='utf-8', errors='replace') as f:
        return f.read().strip('\0 ')


def find_child(postmaster, what):
    """Pid of the server process whose title contains "what", or None."""
    for pid in children(postmaster):
        if what in title(pid):
            return pid
    return None


def settle(measure, seconds=0.3, limit=30, slack=300_000):
    """Wait until a counter stands still; returns its value."""
    before = measure()
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        time.sleep(seconds)
        now = measure()
        if now - before <= slack:
            return now
        before = now
    return before


def memory_kb(pid):
    """Sums of /proc/PID/smaps_rollup, kB by name."""
    sums = {}
    with open('/proc/%d/smaps_rollup' % pid, encoding='ascii') as f:
        for line in f.readlines()[1:]:
            name, value = line.split()[:2]
            sums[name.rstrip(':')] = int(value)
    return sums


def mapping_kb(pid, part, what='Private_Dirty'):
    """The same for the mappings of files whose name contains "part"."""
    total, inside = 0, False
    with open('/proc/%d/smaps' % pid, encoding='utf-8') as f:
        for line in f:
            fields = line.split()
            if not fields[0].endswith(':'):
                inside = len(fields) > 5 and part in fields[5]
            elif inside and fields[0] == what + ':':
                total += int(fields[1])
    return total

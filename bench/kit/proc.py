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


def private_kb(pid, part=''):
    """
    Memory that a process has for itself, kB: pages it has written to in
    mappings that nobody else can write to (heap, stack, variables), of files
    whose name contains "part".  Pages of programs, of shared memory and of
    mapped files are others' as well, even while only one process uses them.
    """
    total, inside, name, end = 0, False, '', ''
    with open('/proc/%d/smaps' % pid, encoding='utf-8') as f:
        for line in f:
            fields = line.split()
            if not fields[0].endswith(':'):
                start, before = fields[0].split('-')[0], end
                end = fields[0].split('-')[1]
                # variables without a value lie behind the file that has them
                if len(fields) > 5 or start != before:
                    name = fields[5] if len(fields) > 5 else ''
                inside = fields[1].endswith('p') and part in name
            elif inside and fields[0] == 'Private_Dirty:':
                total += int(fields[1])
    return total

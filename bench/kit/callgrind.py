"""A server under valgrind's callgrind: instructions, which no neighbour can change.

The postmaster runs under valgrind, every backend leaves a profile.  What a
statement costs is the difference between two fresh sessions that ran it more
and less often.
"""

import os
import re
import signal
import subprocess
import time

from . import cluster


class Server(cluster.Cluster):
    """A cluster whose processes are counted."""

    def start(self):
        """Start the postmaster under callgrind."""
        log = open(os.path.join(self.dir, 'valgrind.log'), 'wb')
        out = os.path.join(self.dir, 'callgrind.%p')
        self.valgrind = subprocess.Popen(
            ['valgrind', '--tool=callgrind', '--callgrind-out-file=' + out,
             cluster.program('postgres'), '-D', self.data], stdout=log, stderr=log)
        self.pid = self.valgrind.pid
        cluster.atexit.register(self.stop)
        for _ in range(300):
            time.sleep(0.2)
            ready = subprocess.run([cluster.program('pg_isready'), '-q', '-h', self.dir, '-p',
                                    cluster.PORT], check=False)
            if ready.returncode == 0:
                return self
        raise SystemExit('the server under valgrind did not start: ' + log.name)

    def stop(self):
        """Stop it and remove its data."""
        self.finish()
        super().stop()

    def finish(self):
        """Stop it: profiles are complete only then."""
        if self.pid is not None:
            self.pid = None
            self.valgrind.send_signal(signal.SIGINT)
            self.valgrind.wait()

    def work(self, sql, user='app'):
        """Run SQL in a fresh session; returns its pid, by which profile() knows it."""
        session = self.session(user)
        session.ask('\\o /dev/null\n' + sql + '\n\\o')
        session.close()
        return session.pid

    def profile(self, pid):
        """The profile of a session that has ended."""
        return Profile(os.path.join(self.dir, 'callgrind.%d' % pid))


class Profile:
    """Instructions by function, from one output file of callgrind.

    self_cost: {function: instructions in it}; calls: {(caller, callee):
    [times, instructions in and below]}; home: {function: name of its library}.
    """

    def __init__(self, path):
        self.self_cost, self.calls, self.home = {}, {}, {}
        self.total = 0
        self.names = {}
        with open(path, encoding='latin-1') as f:
            self._read(f)

    def _name(self, kind, text):
        """Resolve "(id) name" or "(id)"."""
        number, _, name = text.partition(' ')
        if name:
            # "'2" is a level of recursion, the other what gcc adds when it links
            self.names[kind, number] = re.sub(r"('\d+|\.lto_priv\.\d+)+$", '', name)
        return self.names[kind, number]

    def _read(self, lines):
        function = callee = callee_home = home = None
        times = None
        for line in lines:
            key, equals, value = line.rstrip('\n').partition('=')
            if times is not None:
                edge = self.calls.setdefault((function, callee), [0, 0])
                edge[0] += times
                edge[1] += int(line.split()[1])
                times = None
            elif key == 'ob' and equals:
                home = self._name('ob', value)
            elif key == 'fn' and equals:
                function = self._name('fn', value)
                self.home[function] = os.path.basename(home)
                callee_home = None
            elif key == 'cob':
                callee_home = self._name('ob', value)
            elif key == 'cfn':
                callee = self._name('fn', value)
                self.home.setdefault(callee, os.path.basename(callee_home or home))
                callee_home = None
            elif key == 'calls':
                times = int(value.split()[0])
            elif key.startswith(('summary:', 'totals:')):
                self.total = int(line.split()[1])
            elif line[:1].isdigit() or line[:1] in ('+', '-', '*'):
                cost = int(line.split()[1])
                self.self_cost[function] = self.self_cost.get(function, 0) + cost


MODULE = 'secaudit.so'


def entries(profile):
    """Functions of the module that the server calls, with their number of calls."""
    found = {}
    for (caller, callee), (times, _) in profile.calls.items():
        if profile.home.get(callee) == MODULE and profile.home.get(caller) != MODULE:
            found[callee] = found.get(callee, 0) + times
    return found


def own_cost(profile, function, seen=()):
    """
    Instructions of a hook itself: in it and in what it calls, without the hook
    or standard function that it hands on to.
    """
    cost = profile.self_cost.get(function, 0)
    total_calls = sum(t for (_, callee), (t, _) in profile.calls.items() if callee == function)
    for (caller, callee), (times, inclusive) in profile.calls.items():
        if caller != function or callee.startswith('standard_') or callee in seen:
            continue
        if profile.home.get(callee) == MODULE:
            below, of = own_cost(profile, callee, (*seen, function))
            cost += below * times // max(of, 1)
        else:
            cost += inclusive
    return cost, total_calls


def module_cost(more, less, times):
    """
    Instructions per statement of the module and of what it calls.  Only hooks
    that were called for each of the statements count: not loading the module.
    """
    before, cost = entries(less), 0
    for hook, calls in entries(more).items():
        if calls - before.get(hook, 0) >= times // 2:
            cost += own_cost(more, hook)[0] - own_cost(less, hook)[0]
    return cost / times


def difference(more, less, times):
    """Instructions per statement of each function, by self cost, largest first."""
    names = set(more.self_cost) | set(less.self_cost)
    each = {name: (more.self_cost.get(name, 0) - less.self_cost.get(name, 0)) / times
            for name in names}
    return sorted(each.items(), key=lambda item: -item[1])

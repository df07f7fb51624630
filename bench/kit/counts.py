"""The instruction counts that the experiment and the budget share."""

from . import callgrind, cluster
from .rows import Row
from .scale import pick

TIMES = pick(200, 1000)

# A role per policy: settings of roles need no SET, so that sessions are alike.
# app_superuser: nothing is logged, but superusers would be.
ROLES = """
CREATE ROLE app_all LOGIN IN ROLE app;
CREATE ROLE app_none LOGIN IN ROLE app;
CREATE ROLE app_default LOGIN IN ROLE app;
ALTER ROLE app_all SET secaudit.log = 'all';
ALTER ROLE app_none SET secaudit.log = 'none';
ALTER ROLE app_none SET secaudit.log_superuser = off;
ALTER ROLE app_default SET secaudit.log = 'ddl, role, session, error, config';
CREATE TABLE sink (a int, b text);
GRANT ALL ON sink TO app;
"""

BLOCK = "DO $$DECLARE b int; BEGIN FOR i IN 1..%d LOOP EXECUTE %s; END LOOP; END$$;"
TOP_LEVEL = 'SELECT bal FROM acc WHERE aid = 7;\n'
PREPARED = 'EXECUTE q(7);\n'


def nested(statement):
    """A block that executes a statement n times."""
    return lambda n: BLOCK % (n, statement)


# name: what is executed n times
WORK = {
    'select': nested("'SELECT bal FROM acc WHERE aid = ' || (i % 1000 + 1) INTO b"),
    'insert': nested("'INSERT INTO sink VALUES (' || i || ', ''some text'')'"),
    'utility': nested("'LOCK TABLE sink IN ROW SHARE MODE'"),
    'top-level': lambda n: TOP_LEVEL * n,
}


class Counts:
    """Instructions per statement, by work and role."""

    def __init__(self):
        row = Row('callgrind', 'callgrind', 'secaudit', {'secaudit.lock': 'off'})
        setup = cluster.Cluster(row, logging_collector='off').start()
        setup.run(ROLES)
        cluster.quietly(cluster.program('pg_ctl'), 'stop', '-w', '-m', 'fast', '-D', setup.data)
        setup.pid = None
        self.server = callgrind.Server.__new__(callgrind.Server)
        self.server.__dict__.update(setup.__dict__)
        self.server.start()
        self.pids = {}
        for name, work in WORK.items():
            for role in ('app_none', 'app_default', 'app_all'):
                for n in (1, 1 + TIMES):
                    self.pids[name, role, n] = self.server.work(work(n), role)
        self.server.finish()
        self.profiles = {key: self.server.profile(pid) for key, pid in self.pids.items()}

    def statement(self, work, role):
        """Instructions per statement."""
        more, less = self.pair(work, role)
        return (more.total - less.total) / TIMES

    def record(self, work, role='app_all'):
        """
        Instructions per statement in the module and below it.  Not the
        difference of totals: how often the server waits for its client, and
        wakes up in between, depends on the neighbours after all.
        """
        return callgrind.module_cost(*self.pair(work, role), TIMES)

    def pair(self, work, role):
        """The profiles of the longer and the shorter session."""
        return self.profiles[work, role, 1 + TIMES], self.profiles[work, role, 1]

    def hooks(self):
        """Instructions per call of each hook when nothing is audited."""
        cost, calls = {}, {}
        for work in WORK:
            for profile in self.pair(work, 'app_none'):
                sign = 1 if profile is self.pair(work, 'app_none')[0] else -1
                for hook in callgrind.entries(profile):
                    own, times = callgrind.own_cost(profile, hook)
                    cost[hook] = cost.get(hook, 0) + sign * own
                    calls[hook] = calls.get(hook, 0) + sign * times
        return {hook: cost[hook] / calls[hook] for hook in cost if calls[hook] >= TIMES // 2}

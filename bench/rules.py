"""9. Rules: what deciding costs a statement, by number and kind of rules.

Instructions show the slope whatever else the machine does; CPU time of the
backend is measured in rounds, each server beside the one without rules.
"""

import json
import os

from kit import callgrind, cluster, proc, report
from kit.cluster import STATIC_SELECT
from kit.rows import Row
from kit.scale import pick

LOOPS = pick(20_000, 200_000)
ROUNDS = pick(3, 7)
REPEAT = 200
SELECT = 'SELECT bal FROM acc WHERE aid = 7;\n'


def rule(number, **match):
    """A rule that does not match the statement."""
    return {'name': 'r%d' % number, 'match': match, 'action': 'alert'}


SETS = {
    'no rules': [],
    '1 rule about the table of another': [rule(1, object='public.other*')],
    '100 rules about other users': [
        rule(i, user='u%d' % i, object='public.t%d' % i) for i in range(100)],
    '100 rules about other commands': [
        rule(i, command='DROP *', object='public.t%d' % i) for i in range(100)],
    '100 rules, 10 about other tables': [
        rule(i, user='u%d' % i) if i % 10 else rule(i, object='public.t%d' % i)
        for i in range(100)],
    '100 rules about other tables': [
        rule(i, **{'class': 'read', 'object': 'public.t%d*' % i}) for i in range(100)],
}


def server(kind, name, rules):
    """A server that records nothing of the statement, with these rules."""
    conf = {'secaudit.log': 'ddl'}
    row = Row('rules-' + name, name, 'secaudit', conf)
    made = kind(row, logging_collector='off')
    if rules:
        with open(os.path.join(made.data, 'rules.json'), 'w', encoding='ascii') as f:
            json.dump(rules, f)
        with open(os.path.join(made.data, 'postgresql.conf'), 'a', encoding='ascii') as f:
            f.write("secaudit.rules_file = 'rules.json'\n")
    return made.start()


def instructions():
    """{set: instructions per statement}"""
    found = {}
    for number, (name, rules) in enumerate(SETS.items()):
        counted = server(callgrind.Server, 'counted%d' % number, rules)
        pids = [counted.work(SELECT * n) for n in (1, 1 + REPEAT)]
        counted.finish()
        once, more = [counted.profile(pid).total for pid in pids]
        found[name] = (more - once) / REPEAT
        counted.stop()
    return found


def cpu():
    """{set: CPU of the backend per statement, ns, one of each round}"""
    servers = {name: server(cluster.Cluster, 'timed%d' % number, rules)
               for number, (name, rules) in enumerate(SETS.items())}
    sessions = {name: made.session() for name, made in servers.items()}
    found = {name: [] for name in SETS}
    for _ in range(ROUNDS):
        for name, session in sessions.items():
            before = proc.cpu_ns(session.pid)
            session.ask(STATIC_SELECT % LOOPS)
            found[name].append((proc.cpu_ns(session.pid) - before) / LOOPS)
    for made in servers.values():
        made.stop()
    return found


def main():
    """Both, as differences from the server without rules."""
    counts = instructions()
    times = cpu()
    base = times['no rules']
    lines = []
    for name in SETS:
        above = report.spread([(a - b) / 1000 for a, b in zip(times[name], base)])
        lines.append([name, '%d' % (counts[name] - counts['no rules']), report.show(above)])
    report.table('rules', 'What deciding costs a statement, above no rules',
                 ['', 'instructions', 'CPU, us'], lines,
                 ['secaudit.log = ddl; no rule matches the statement, a SELECT of one row.'])


if __name__ == '__main__':
    main()

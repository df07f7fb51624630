"""The ways to audit that are compared.

A row is one line in ROWS: a short name, a label for tables, what is preloaded,
and the settings that differ.  Every other setting is the same for all of them
(cluster.py).  A row that needs a setting this build does not know, or a
library that is not there, is left out, and the run says so.
"""

from collections import namedtuple

Row = namedtuple('Row', 'name label libs conf')


def secaudit(name, label, **conf):
    """A row of secaudit with secaudit.log = all and these settings."""
    settings = {'secaudit.log': 'all'}
    settings.update({'secaudit.' + key: value for key, value in conf.items()})
    return Row(name, label, 'secaudit', settings)


ROWS = [
    Row('nothing', 'no audit', '', {}),
    Row('log_statement', 'log_statement = all', '', {'log_statement': 'all'}),
    Row('pgaudit', 'pgaudit', 'pgaudit', {'pgaudit.log': 'all'}),
    Row('tofile', 'pgaudit + pgauditlogtofile', 'pgaudit,pgauditlogtofile',
        {'pgaudit.log': 'all', 'pgaudit.log_directory': 'log'}),
    secaudit('secaudit', 'secaudit'),
    secaudit('nochain', 'secaudit, integrity = off', integrity='off'),
    secaudit('commit', 'secaudit, durability = commit', durability='commit'),
    secaudit('statement', 'secaudit, durability = statement', durability='statement'),
    secaudit('literals', 'secaudit, redact = literals', redact='literals'),
    secaudit('tokens', 'secaudit, redact = tokens', redact='tokens'),
    secaudit('parameters', 'secaudit, log_parameters', log_parameters='on'),
    secaudit('syncing', 'secaudit, writer syncing all the time', flush_interval='10ms'),
    secaudit('default', 'secaudit, default settings',
             log='ddl, role, session, error, config'),
    secaudit('none', 'secaudit, log = none', log='none', log_superuser='off'),
]


def rows(*names):
    """The rows with these names, in this order."""
    by_name = {row.name: row for row in ROWS}
    return [by_name[name] for name in names]

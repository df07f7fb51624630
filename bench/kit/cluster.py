"""Throw-away servers and sessions in them.

All servers have the same settings but for those of their row, their data is a
copy of one template, and they are reached through a socket in their own
directory.  run.sh says where the programs are (BENCH_BINDIR) and where there
is room (BENCH_TMP).
"""

import atexit
import os
import shutil
import subprocess
import sys

from . import proc

BINDIR = os.environ.get('BENCH_BINDIR', '')
TMP = os.environ.get('BENCH_TMP', '')
PORT = '5432'
ACCOUNTS = 1000

SETTINGS = {
    'listen_addresses': "",
    'max_connections': '300',
    'shared_buffers': '128MB',
    'max_wal_size': '4GB',
    'checkpoint_timeout': '1h',
    'autovacuum': 'off',
    'jit': 'off',
    'logging_collector': 'on',
    'log_directory': 'log',
    'log_line_prefix': '%m [%p] %u@%d ',
    'log_min_messages': 'warning',
    'log_checkpoints': 'off',
    'update_process_title': 'on',
    'cluster_name': '',
}

TABLES = """
CREATE ROLE app LOGIN;
CREATE TABLE acc (aid int PRIMARY KEY, bal int);
INSERT INTO acc SELECT g, 0 FROM generate_series(1, %d) g;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app;
GRANT CREATE ON SCHEMA public TO app;
""" % ACCOUNTS


def program(name):
    """Path of one of the server's programs."""
    if not BINDIR or not TMP:
        sys.exit('BENCH_BINDIR and BENCH_TMP are not set; use "make bench BENCH=..."')
    return os.path.join(BINDIR, name)


def quietly(*command, **options):
    """Run a command; its output is shown only if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit('failed: %s\n%s' % (' '.join(command), done.stdout))
    return done.stdout


class Session:
    """A psql that stays connected."""

    def __init__(self, cluster, user='app', wrapper=()):
        command = [*wrapper, program('psql'), '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1',
                   '-h', cluster.dir, '-p', PORT, '-U', user, 'postgres']
        self.psql = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     text=True, bufsize=1 << 16)
        self.pid = int(self.ask('SELECT pg_backend_pid();')[0])

    def send(self, sql):
        """Start something; done() waits for it."""
        self.psql.stdin.write(sql + '\n\\echo @done\n')
        self.psql.stdin.flush()

    def done(self):
        """Lines of what was sent."""
        lines = []
        for line in self.psql.stdout:
            line = line.rstrip('\n')
            if line == '@done':
                return lines
            lines.append(line)
        sys.exit('a session ended before its time')

    def ask(self, sql):
        """Run SQL; returns the lines of its result."""
        self.send(sql)
        return self.done()

    def close(self):
        """Disconnect."""
        self.psql.stdin.close()
        self.psql.wait()


class Cluster:
    """A server for one row."""

    def __init__(self, row, suffix='', **settings):
        self.row = row
        self.dir = os.path.join(TMP, row.name + suffix)
        self.data = os.path.join(self.dir, 'data')
        self.pid = None
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        shutil.copytree(template(), self.data)
        conf = dict(SETTINGS, **settings)
        conf.update(row.conf)
        conf['shared_preload_libraries'] = row.libs
        conf['unix_socket_directories'] = self.dir
        with open(os.path.join(self.data, 'postgresql.conf'), 'a', encoding='utf-8') as f:
            for name, value in conf.items():
                f.write("%s = '%s'\n" % (name, value.replace("'", "''")))

    def start(self):
        """Start the server; it is stopped when the experiment ends."""
        quietly(program('pg_ctl'), 'start', '-w', '-D', self.data, '-l',
                os.path.join(self.dir, 'start.log'))
        atexit.register(self.stop)
        with open(os.path.join(self.data, 'postmaster.pid'), encoding='ascii') as f:
            self.pid = int(f.readline())
        if self.row.libs == 'secaudit':
            self.run('CREATE EXTENSION IF NOT EXISTS secaudit')
        return self

    def stop(self):
        """Stop the server and remove its data."""
        if self.pid is not None:
            self.pid = None
            subprocess.run([program('pg_ctl'), 'stop', '-w', '-m', 'fast', '-D', self.data],
                           stdout=subprocess.DEVNULL, check=False)
        if not os.environ.get('BENCH_KEEP'):
            shutil.rmtree(self.dir, ignore_errors=True)

    def run(self, sql, user='postgres'):
        """Run SQL in a session of its own; returns what it prints."""
        return quietly(program('psql'), '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h',
                       self.dir, '-p', PORT, '-U', user, 'postgres', '-c', sql)

    def session(self, user='app'):
        """A session that stays."""
        return Session(self, user)

    def cpu_ns(self):
        """CPU time of all of the server's processes."""
        return proc.tree_cpu_ns(self.pid)

    def writer(self):
        """Pid of secaudit's writer."""
        return proc.find_child(self.pid, 'secaudit writer')

    def status(self, *columns):
        """Columns of secaudit.status() as numbers."""
        line = self.run('SELECT %s FROM secaudit.status()' % ', '.join(columns))
        return [float(value) for value in line.strip().split('|')]


def template():
    """The data directory that all others are copies of."""
    path = os.path.join(TMP, 'template')
    if os.path.isdir(path):
        return path
    quietly(program('initdb'), '-D', path + '.new', '-U', 'postgres', '-A', 'trust', '-N',
            '--no-instructions', '--locale=C.UTF-8', '-E', 'UTF8')
    options = '-c listen_addresses= -c logging_collector=off -c unix_socket_directories=' + TMP
    quietly(program('pg_ctl'), 'start', '-w', '-D', path + '.new', '-o', options, '-l',
            os.path.join(TMP, 'template.log'))
    try:
        quietly(program('pgbench'), '-i', '-q', '-s', '10', '-h', TMP, '-p', PORT, '-U',
                'postgres', 'postgres')
        quietly(program('psql'), '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', TMP, '-p', PORT,
                '-U', 'postgres', 'postgres', '-c', TABLES, '-c', 'VACUUM ANALYZE',
                '-c', 'CHECKPOINT')
    finally:
        quietly(program('pg_ctl'), 'stop', '-w', '-m', 'fast', '-D', path + '.new')
    os.rename(path + '.new', path)
    return path


def why_not(row):
    """Why a row cannot be measured with this installation, or None."""
    libdir = quietly(program('pg_config'), '--pkglibdir').strip()
    for lib in filter(None, row.libs.split(',')):
        if not os.path.exists(os.path.join(libdir, lib + '.so')):
            return '%s is not installed' % lib
    settings = [name for name in row.conf if name.startswith('secaudit.')]
    if settings:
        with open(os.path.join(libdir, 'secaudit.so'), 'rb') as f:
            library = f.read()
        for name in settings:
            if name.encode() + b'\0' not in library:
                return 'this build has no %s' % name
    return None


def available(rows):
    """The rows that can be measured; says which cannot, and why."""
    good = []
    for row in rows:
        reason = why_not(row)
        if reason is None:
            good.append(row)
        else:
            print('left out: %s (%s)' % (row.label, reason), flush=True)
    return good


def start_all(rows, **settings):
    """A running server for each row that can be measured."""
    return [Cluster(row, **settings).start() for row in available(rows)]


# plpgsql blocks that run a statement n times; $1 of format is n
NESTED_SELECT = ("DO $$DECLARE b int; BEGIN FOR i IN 1..%d LOOP "
                 "EXECUTE 'SELECT bal FROM acc WHERE aid = ' || (i %% 1000 + 1) INTO b; "
                 "END LOOP; END$$;")
STATIC_SELECT = ("DO $$DECLARE b int; BEGIN FOR i IN 1..%d LOOP "
                 "SELECT bal INTO b FROM acc WHERE aid = i; END LOOP; END$$;")

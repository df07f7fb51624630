# Whose rights count, whoever changed that and by whatever means: an extension's
# C code (set_user, at the end of the transaction), a write to pg_authid, the
# start packet; and the name of a role that is gone.
#
# The form: one record with class role, from_role and to_role (from_user and
# to_user where the session's user changed), gains_superuser.  What happened
# during a statement is that statement's.  What set_user does when the transaction
# ends is the statement's as well, or that of the transaction's end, or a record of its
# own before the next statement: a test takes the only record of the session that
# tells it, and wants it before the next statement's.  Classes are the default ones.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditSession;
use SecauditTest;
use Test::More;

# Not each major has it yet.
my $set_user = has_library('set_user');

my $node = new_node('identity', settings => { 'secaudit.log' => 'ddl, role, session, error, config' }, no_start => 1,
	conf => $set_user ? "shared_preload_libraries = 'set_user, secaudit'\nset_user.superuser_allowlist = 'alice'\n"
	  . "set_user.block_log_statement = off\n" : '');
$node->start;
SecauditTest::prepare($node);

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE boss SUPERUSER;
CREATE ROLE other LOGIN;
CREATE ROLE alice LOGIN IN ROLE boss, other;
CREATE ROLE every LOGIN IN ROLE boss, other; ALTER ROLE every SET secaudit.log = 'all';
CREATE ROLE gone LOGIN; ALTER ROLE gone SET secaudit.log = 'all';
CREATE ROLE renamed LOGIN; ALTER ROLE renamed SET secaudit.log = 'all';
CREATE ROLE root LOGIN SUPERUSER;
CREATE ROLE plain;
SQL
$node->safe_psql('postgres', <<'SQL') if $set_user;
CREATE EXTENSION set_user;
GRANT EXECUTE ON FUNCTION set_user(text), set_user(text, text), set_user_u(text), reset_user(), reset_user(text) TO alice, every;
GRANT EXECUTE ON FUNCTION set_session_auth(text) TO alice;
SQL

my @got;
my $super = $node->safe_psql('postgres', 'SELECT current_user');

# What the session says of changes to this role.
sub became { my ($role, @records) = @_; return grep { ($_->{to_role} // $_->{to_user} // '') eq $role } @records; }

# SET ROLE, as it is.
@got = run_as($node, 'alice', 'SET ROLE boss', 'RESET ROLE');
has_facts(of_query('SET ROLE boss', @got), { class => 'role', from_role => 'alice', to_role => 'boss', gains_superuser => 1 }, 'SET ROLE is a change of role');
has_facts(of_query('RESET ROLE', @got), { class => 'role', from_role => 'boss', to_role => 'alice', gains_superuser => undef }, 'and so is RESET ROLE');

SKIP:
{
skip 'set_user is not installed for this major', 17 unless $set_user;
foreach my $case (
	[ "SELECT set_user_u('$super')", $super, 1 ],
	[ q{SELECT set_user('other')}, 'other', undef ])
{
	my ($sql, $role, $gains) = @$case;
	@got = run_as($node, 'alice', $sql, 'SELECT nowhere', 'SELECT reset_user()', 'SELECT nowhere2');
	my @change = became($role, @got);
	is(scalar(@change), 1, "$sql: one record tells") or diag bare(@got);
	has_facts($change[0] // {}, { class => 'role', from_role => 'alice', to_role => $role, gains_superuser => $gains, user => 'alice', outcome => 'success' },
		"$sql: from whom to whom");
	my ($next) = grep { ($_->{query} // '') eq 'SELECT nowhere' } @got;
	is($next->{current_user}, $role, "$sql: the next statement is another's");
	ok($change[0] && $change[0]{ssn} < $next->{ssn}, "$sql: told before the next statement");
	my @back = grep { ($_->{from_role} // '') eq $role } @got;
	is(scalar(@back), 1, "$sql: reset_user() as well");
	has_facts($back[0] // {}, { class => 'role', from_role => $role, to_role => 'alice', gains_superuser => undef }, "$sql: back to oneself");
}
# All classes: the statement itself is there as it is today.
@got = run_as($node, 'every', q{SELECT set_user('other')}, 'SELECT 1');
has_facts(of_query(q{SELECT set_user('other')}, @got), { classes => ['function'], objects => ['function public.set_user(pg_catalog.text) execute'] },
	'all classes: set_user is a function');
is(scalar(became('other', @got)), 1, 'all classes: one record tells the change') or diag bare(@got);
# It refuses to run in a block, and then nothing has changed.
@got = run_as($node, 'alice', 'BEGIN', q{SELECT set_user('other')}, 'ROLLBACK', 'SELECT nowhere');
is_deeply([ map { $_->{query} } became('other', @got) ], [], 'refused: no change of role');
is(of_query('SELECT nowhere', @got)->{current_user}, undef, 'refused: none has been');
# The session's user.
SKIP:
{
	# it logs in a second time, without secaudit as well
	skip 'a server with assertions ends at set_session_auth()', 1 if $node->safe_psql('postgres', 'SHOW debug_assertions') eq 'on';
	@got = run_as($node, 'alice', q{SELECT set_session_auth('other')}, 'SELECT nowhere');
	my ($auth) = became('other', @got);
	has_facts($auth // {}, { class => 'role', from_user => 'alice', to_user => 'other' }, 'set_session_auth: the session user');
}
}

# What the end of a transaction gives back is no news, and the next error has the
# right roles.
@got = run_as($node, 'alice', 'BEGIN', 'SET LOCAL ROLE boss', 'COMMIT', 'SELECT nowhere', 'SELECT nowhere2');
is(scalar(grep { ($_->{to_role} // '') eq 'alice' } @got), 0, 'SET LOCAL: what the commit gives back is not told');
is(of_query('SELECT nowhere', @got)->{current_user}, undef, 'SET LOCAL: and it is given back');
@got = run_as($node, 'alice', q{SELECT set_config('role', 'boss', false)}, 'SELECT nowhere');
is(of_query('SELECT nowhere', @got)->{current_user}, 'boss', 'set_config: an error right after it has the new role');
@got = run_as($node, 'root', 'SET SESSION AUTHORIZATION alice', 'SELECT nowhere');
has_facts(of_query('SELECT nowhere', @got), { user => 'alice', login_user => 'root' }, 'SET SESSION AUTHORIZATION: the same');
# By an expression of PL/pgSQL, which is no statement, and only for a while.
my $do = q{DO $$ DECLARE x text; BEGIN x := set_config('role', 'boss', false); x := pg_read_file('PG_VERSION'); x := set_config('role', 'none', false); END $$};
@got = run_as($node, 'alice', $do);
has_facts(of_query($do, @got), { class => 'role', from_role => 'alice', to_role => 'boss', gains_superuser => 1 }, 'in the middle of a DO');

# pg_authid and pg_auth_members by hand.
# 16 has given memberships a number and two more options.
my $new_member = 'INSERT INTO pg_auth_members SELECT '
  . (server_major() >= 16 ? '9999, b.oid, p.oid, b.oid, true, true, true' : 'b.oid, p.oid, b.oid, true')
  . q{ FROM pg_authid b, pg_authid p WHERE b.rolname = 'boss' AND p.rolname = 'plain'};
foreach my $case (
	[ q{UPDATE pg_authid SET rolsuper = true WHERE rolname = 'plain'}, 'table pg_catalog.pg_authid' ],
	[ q{UPDATE pg_authid SET rolpassword = NULL WHERE rolname = 'plain'}, 'table pg_catalog.pg_authid' ],
	[ $new_member, 'table pg_catalog.pg_auth_members' ],
	[ q{UPDATE pg_class SET relacl = NULL WHERE relname = 'nowhere'}, 'table pg_catalog.pg_class' ],
	[ q{DELETE FROM pg_default_acl}, 'table pg_catalog.pg_default_acl' ],
	[ q{DELETE FROM pg_db_role_setting WHERE setrole = 1}, 'table pg_catalog.pg_db_role_setting' ])
{
	my ($sql, $catalog) = @$case;
	@got = run_as($node, 'root', 'SET allow_system_table_mods = on', $sql);
	my $record = of_query($sql, @got);
	has_facts($record, { event => 'statement', outcome => 'success', classes => ['write'] }, "a write to a catalog is a write: $sql");
	ok(scalar(grep { "$_->{type} $_->{name}" eq $catalog } @{ $record->{objects} // [] }), "of that catalog: $sql");
	# Settings per role and database are configuration, ACLs and roles are rights.
	my $class = $catalog =~ /setting/ ? 'config' : 'role';
	is($record->{class}, $class, "which says who may do what, class $class: $sql");
}
@got = run_as($node, 'root', 'SET allow_system_table_mods = on', q{UPDATE pg_description SET description = 'x' WHERE objoid = 1});
is(of_query(q{UPDATE pg_description SET description = 'x' WHERE objoid = 1}, @got)->{class}, 'write', 'one that says nothing of the kind is a write');

# The start packet.  The change is not a statement's: it is told by session.start or by
# a record of its own before the first statement.
@got = run_as($node, { user => 'alice', options => '-c role=boss' }, 'SELECT nowhere');
my @started = became('boss', @got);
is(scalar(@started), 1, '-c role: one record tells') or diag bare(@got);
has_facts($started[0] // {}, { classes => ['role'], from_role => 'alice', to_role => 'boss', gains_superuser => 1 }, '-c role: from whom to whom');
is(of_query('SELECT nowhere', @got)->{current_user}, 'boss', '-c role: and it is so');
# By ALTER ROLE ... SET role, too.
$node->safe_psql('postgres', q{CREATE ROLE set_for LOGIN IN ROLE other; ALTER ROLE set_for SET role = 'other'});
@got = run_as($node, 'set_for', 'SELECT nowhere');
is(scalar(became('other', @got)), 1, 'ALTER ROLE ... SET role: one record tells') or diag bare(@got);
@got = run_as($node, { user => 'alice', options => '-c work_mem=1MB' }, 'SELECT nowhere');
is_deeply([ grep { defined $_->{to_role} || ($_->{class} // '') eq 'role' } @got ], [], '-c of another setting is no change of role');

# A role that is dropped or renamed while it is connected.  Its session goes on
# under the name by which it logged in.
foreach my $case ([ gone => 'DROP ROLE gone' ], [ renamed => 'ALTER ROLE renamed RENAME TO nobody_knows' ])
{
	my ($user, $change) = @$case;
	@got = run_as($node, $user, 'SELECT 1', sub { $node->safe_psql('postgres', $change) }, 'SELECT 2', 'CREATE TEMP TABLE x ()', 'SELECT nowhere');
	is(of_query('SELECT 1', @got)->{user}, $user, "$user: before");
	my @names = map { $_->{login_user} // $_->{user} // '-' } grep { $_->{ssn} > 1 } @got;
	is_deeply([ grep { $_ ne $user } @names ], [], "$user: each record has the name of the login") or diag explain \@names;
	is_deeply([ grep { ($_->{user} // '') =~ /^\d+$/ || ($_->{current_user} // '') =~ /^\d+$/ } @got ], [], "$user: and none a number")
	  or diag bare(@got);
}

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();

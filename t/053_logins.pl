# Logins: every way to be refused, and the ways to be let in.
use strict;
use warnings;

use IO::Socket::INET;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main',
	init => [ allows_streaming => 1 ],
	settings => { 'secaudit.log' => 'all', log_min_messages => 'error' },
	conf => "listen_addresses = '127.0.0.1'\nmax_connections = 10\nsuperuser_reserved_connections = 3\n"
	  . "max_wal_senders = 1\nautovacuum = off\nmax_parallel_workers = 0\n");
my ($dir, $port) = ($node->data_dir, $node->port);
my $os_user = getpwuid $<;

$node->safe_psql('postgres', qq{
	SET password_encryption = 'scram-sha-256';
	CREATE ROLE pw LOGIN PASSWORD 'right'; CREATE ROLE nologin PASSWORD 'right'; CREATE ROLE nologin2;
	CREATE ROLE expired LOGIN PASSWORD 'right' VALID UNTIL '2001-01-01';
	CREATE ROLE limited LOGIN CONNECTION LIMIT 0; CREATE ROLE rejected LOGIN; CREATE ROLE nohba LOGIN;
	CREATE ROLE tls LOGIN PASSWORD 'right'; CREATE ROLE mapped LOGIN; CREATE ROLE plain LOGIN; CREATE ROLE repl LOGIN;
	CREATE ROLE quiet LOGIN; ALTER ROLE quiet SET log_min_messages = 'panic';
	CREATE DATABASE closed; REVOKE CONNECT ON DATABASE closed FROM public;
	CREATE DATABASE narrow CONNECTION LIMIT 0;
	CREATE DATABASE shut ALLOW_CONNECTIONS false});

# TLS
system_or_bail('openssl', qw(req -new -x509 -days 2 -nodes -text -subj /CN=localhost), '-out', "$dir/server.crt", '-keyout', "$dir/server.key");
system_or_bail('openssl', qw(req -new -x509 -days 2 -nodes -subj /CN=certuser), '-out', "$dir/client.crt", '-keyout', "$dir/client.key");

# certuser with names of some hundred bytes, and of some thousand
sub long_name { return join('', '/O=org', map({ sprintf '/OU=%060d', $_ } 1 .. $_[0]), '/CN=certuser') }
my %units = (long => 8, huge => 90);
system_or_bail('openssl', qw(req -new -x509 -days 2 -nodes -subj), long_name($units{$_}), '-out', "$dir/$_.crt", '-keyout', "$dir/$_.key") for sort keys %units;
append_to_file("$dir/client_ca.crt", slurp_file("$dir/$_.crt")) for 'client', sort keys %units;
chmod 0600, map { "$dir/$_.key" } 'server', 'client', keys %units;
$node->append_conf('postgresql.conf', "ssl = on\nssl_ca_file = 'client_ca.crt'\n");

unlink "$dir/pg_hba.conf";
$node->append_conf('pg_hba.conf', join "\n",
	'local all pw,nologin,expired,missing scram-sha-256',
	'local all rejected reject',
	"local all mapped peer map=m",
	"local all other peer",
	"local all $os_user,plain,limited,nologin2,ghost,quiet,repl trust",
	"local replication $os_user trust",
	'hostssl all tls 127.0.0.1/32 scram-sha-256',
	'hostssl all certuser 127.0.0.1/32 cert',
	'hostnossl all pw 127.0.0.1/32 password',
	"host all $os_user 127.0.0.1/32 ldap ldapserver=127.0.0.1 ldapport=1 ldapbasedn=x ldapbinddn=y ldapbindpasswd=LDAPSECRET",
	'');
$node->append_conf('pg_ident.conf', "m $os_user mapped\n");
$node->safe_psql('postgres', 'CREATE ROLE certuser LOGIN; CREATE ROLE other LOGIN');
$node->restart;

sub try
{
	my ($conninfo, %env) = @_;
	local %ENV = (%ENV, PGPASSWORD => undef, PGCONNECT_TIMEOUT => 30, %env);
	delete $ENV{PGPASSWORD} unless defined $ENV{PGPASSWORD};
	my ($out, $err) = ('', '');
	my $host = $conninfo =~ /host=/ ? '' : 'sslmode=disable gssencmode=disable host=' . $node->host . ' ';
	my $ok = IPC::Run::run([ 'psql', '-XAtw', '-d', "${host}port=$port $conninfo", '-c', 'SELECT 1' ], '>', \$out, '2>', \$err);
	return $ok;
}

my $mark;
sub refused
{
	my ($name, $expect, $conninfo, %env) = @_;
	$mark = mark($node);
	ok(!try($conninfo, %env), "90: $name: refused");
	my @got = await_records($node, 1, since => $mark, event => "session.auth"); # the client may know first
	is(scalar(@got), 1, "90: $name: one record");
	is_record($got[0], { class => 'session', outcome => 'failure', %$expect }, "90: $name: user, database, method, reason");
	is(scalar(records($node, since => $mark, event => qr/^session\.(?:start|end)$/)), 0, "90: $name: and no session");
	return $got[0];
}

my $r = refused('wrong password', { user => 'pw', db => 'postgres', sqlstate => '28P01', auth_method => 'scram-sha-256', hba_line => 1,
		error => 'password authentication failed for user "pw"', client_addr => undef, detail => undef },
	'user=pw dbname=postgres', PGPASSWORD => 'wrong');
unlike(JSON::PP->new->encode($r), qr/wrong/, '90: the password is nowhere');
refused('unknown role', { user => 'missing', sqlstate => '28P01', auth_method => 'scram-sha-256', detail => 'Role "missing" does not exist.' },
	'user=missing dbname=postgres', PGPASSWORD => 'x');
refused('unknown role under trust', { user => 'ghost', sqlstate => '28000', auth_method => 'trust', error => 'role "ghost" does not exist' },
	'user=ghost dbname=postgres');
refused('no line in pg_hba.conf', { user => 'nohba', db => 'postgres', sqlstate => '28000', auth_method => 'implicit reject', hba_line => undef },
	'user=nohba dbname=postgres');
refused('rejected by pg_hba.conf', { user => 'rejected', sqlstate => '28000', auth_method => 'reject', hba_line => 2 },
	'user=rejected dbname=postgres');
refused('no such database', { user => 'plain', db => 'nowhere', sqlstate => '3D000', auth_method => 'trust' }, 'user=plain dbname=nowhere');
refused('no CONNECT', { user => 'plain', db => 'closed', sqlstate => '42501' }, 'user=plain dbname=closed');
refused('a database that takes nobody', { user => 'plain', db => 'shut', sqlstate => '55000' }, 'user=plain dbname=shut');
refused('NOLOGIN', { user => 'nologin', sqlstate => '28000', error => 'role "nologin" is not permitted to log in' },
	'user=nologin dbname=postgres', PGPASSWORD => 'right');
refused('VALID UNTIL past', { user => 'expired', sqlstate => '28P01', detail => 'User "expired" has an expired password.' },
	'user=expired dbname=postgres', PGPASSWORD => 'right');
refused('connection limit of the role', { user => 'limited', sqlstate => '53300' }, 'user=limited dbname=postgres');
refused('connection limit of the database', { user => 'plain', db => 'narrow', sqlstate => '53300' }, 'user=plain dbname=narrow');
refused('TLS required', { user => 'tls', sqlstate => '28000', auth_method => 'implicit reject', client_addr => '127.0.0.1', tls_version => undef },
	'user=tls dbname=postgres host=127.0.0.1 sslmode=disable', PGPASSWORD => 'right');
refused('TLS with a wrong password', { user => 'tls', sqlstate => '28P01', client_addr => '127.0.0.1', tls_version => 'TLSv1.3' },
	'user=tls dbname=postgres host=127.0.0.1 sslmode=require', PGPASSWORD => 'wrong');
refused('no certificate', { user => 'certuser', sqlstate => '28000', auth_method => 'cert', client_addr => '127.0.0.1' },
	'user=certuser dbname=postgres host=127.0.0.1 sslmode=require sslcert=none sslkey=none');
$r = refused('an LDAP server that is not there', { user => $os_user, auth_method => 'ldap', sqlstate => '28000' },
	"user=$os_user dbname=postgres host=127.0.0.1 sslmode=disable", PGPASSWORD => 'USERSECRET');
unlike(JSON::PP->new->encode($r), qr/SECRET/, '90: what stands in pg_hba.conf is not quoted');
refused('peer of another name', { user => 'other', sqlstate => '28000', auth_method => 'peer', authn => $os_user }, 'user=other dbname=postgres');
refused('a role that may not replicate', { user => 'repl', sqlstate => '42501', replication => 'database' }, 'user=repl dbname=postgres replication=database');
refused('a bad start-up option', { user => 'plain', sqlstate => '22023' }, q{user=plain dbname=postgres options='-c work_mem=nonsense'});
foreach my $option ('-c role=nope', '-c secaudit.log=none')
{
	my $user = $option =~ /role/ ? 'plain' : $os_user;
	refused("an option that is refused by a check of its value, $option", {
			user => $user, db => 'postgres', auth_method => 'trust', sqlstate => $option =~ /role/ ? '22023' : '55P02' },
		qq{user=$user dbname=postgres options='$option'});
	is_deeply([ map { $_->{event} } grep { $_->{event} =~ /^(?:error|transaction)$/ && ($_->{db} // '') ne 'secaudit_test' }
			records($node, since => $mark) ], [], '90: and nothing else');
}
refused('a role that blinds the server log', { user => 'quiet', sqlstate => '42501', db => 'closed' }, 'user=quiet dbname=closed');

# psql asks without a password first.
$mark = mark($node);
ok(!try('user=pw dbname=postgres'), '90: without a password');
is(scalar(records($node, since => $mark, event => qr/^session/)), 0, '90: the first try of a client is no failed login');

# Not the protocol at all.
sub raw
{
	my ($bytes) = @_;
	$mark = mark($node);
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die $!;
	syswrite $s, $bytes if length $bytes;
	shutdown $s, 1;
	sysread $s, my $answer, 1000;
	close $s;
	return records($node, since => $mark, event => 'session.auth');
}
is_record((raw("GET / HTTP/1.1\r\n\r\n"))[0], { outcome => 'failure', sqlstate => '08P01', user => undef, db => undef, client_addr => '127.0.0.1' },
	'90: a start-up packet that is none');
is_record((raw(pack('N N', 8, 99 << 16)))[0], { outcome => 'failure', sqlstate => '0A000', client_addr => '127.0.0.1' }, '90: a protocol that is not spoken');
is_record((raw(pack('N N', 9, 3 << 16) . "\0"))[0], { outcome => 'failure', sqlstate => '28000', client_addr => '127.0.0.1' }, '90: a start-up packet without a user');
is(scalar(raw('')), 0, '90: a connection without a word is nothing');

# Too many.
{
	my @open = map { SecauditProto->connect($node, user => 'plain') } 1 .. 6;
	refused('reserved for superusers', { user => 'plain', sqlstate => '53300' }, 'user=plain dbname=postgres');
	my @more = map { SecauditProto->connect($node, user => $os_user) } 1 .. 3;
	my @one = (1) x 4;
	$mark = (all_records($node))[-1]{seq};
	my @extra;
	for (1 .. 8)
	{
		my $x = SecauditProto->connect($node, user => 'plain', raw => 1);
		my @m = $x->until_type('ZE');
		push @extra, $x;
		last if $x->error_code(@m);
	}
	$_->terminate foreach @open, @more, @extra;
	my @got = grep { $_->{event} eq 'session.auth' } records($node, since => $mark);
	is_record($got[-1], { outcome => 'failure', sqlstate => '53300', user => 'plain', db => 'postgres' }, '90: too many clients, before there is a process entry');
}

# 91
sub let_in
{
	my ($name, $expect, $conninfo, %env) = @_;
	$mark = mark($node);
	ok(try($conninfo, %env), "91: $name: let in");
	my ($start) = records($node, since => $mark, event => 'session.start');
	my @got = await_records($node, 2, since => $mark, event => qr/^session/, session => $start->{session});
	is_deeply([ map { $_->{event} } @got ], [ 'session.start', 'session.end' ], "91: $name: a start and an end");
	return is_record($got[0], { outcome => 'success', class => 'session', %$expect }, "91: $name: who, and how that was shown");
}
let_in('password', { user => 'pw', authn => 'pw', auth_method => 'scram-sha-256', hba_line => 1, tls_version => undef }, 'user=pw dbname=postgres', PGPASSWORD => 'right');
let_in('trust', { user => 'plain', authn => undef, auth_method => 'trust' }, 'user=plain dbname=postgres');
let_in('peer, mapped', { user => 'mapped', authn => $os_user, auth_method => 'peer', hba_line => 3 }, 'user=mapped dbname=postgres');
let_in('TLS', { user => 'tls', authn => 'tls', auth_method => 'scram-sha-256', tls_version => 'TLSv1.3', tls_cipher => 'TLS_AES_256_GCM_SHA384', client_addr => '127.0.0.1', tls_client_dn => undef },
	'user=tls dbname=postgres host=127.0.0.1 sslmode=require', PGPASSWORD => 'right');
let_in('certificate', { user => 'certuser', authn => 'CN=certuser', auth_method => 'cert', tls_client_dn => '/CN=certuser', client_addr => '127.0.0.1' },
	"user=certuser dbname=postgres host=127.0.0.1 sslmode=require sslcert=$dir/client.crt sslkey=$dir/client.key");
let_in('certificate with a long name', { user => 'certuser', tls_client_dn => long_name($units{long}), truncated => undef },
	"user=certuser dbname=postgres host=127.0.0.1 sslmode=require sslcert=$dir/long.crt sslkey=$dir/long.key");
let_in('certificate with a huge name', { user => 'certuser', auth_method => 'cert', tls_version => 'TLSv1.3', truncated => [ 'authn', 'tls_client_dn' ] },
	"user=certuser dbname=postgres host=127.0.0.1 sslmode=require sslcert=$dir/huge.crt sslkey=$dir/huge.key");
like((records($node, since => $mark, event => 'session.start'))[0]{tls_client_dn}, qr{^/O=org/OU=0+1/OU=.{500}}, '91: the beginning of a huge name is recorded');
let_in('clear password', { user => 'pw', authn => 'pw', auth_method => 'password', client_addr => '127.0.0.1' },
	'user=pw dbname=postgres host=127.0.0.1 sslmode=disable', PGPASSWORD => 'right');

# Authentication that takes too long.
$node->append_conf('postgresql.conf', "authentication_timeout = 1s\n");
$node->reload;
$mark = mark($node);
my $slow = SecauditProto->connect($node, user => 'pw', raw => 1);
$slow->until_type('R');
1 while $slow->next_message;
is_record((records($node, since => $mark, event => 'session.auth'))[0], { user => 'pw', outcome => 'failure', sqlstate => '57014', auth_method => 'scram-sha-256' },
	'90: authentication that takes too long');
done_testing;

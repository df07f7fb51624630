# The WAL witnesses the trail: its head, at each checkpoint, on every standby.
use strict;
use warnings;
use File::Basename qw(basename);
use FindBin ();
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_node(
	'witnessed',
	init => [ allows_streaming => 1 ],
	settings => { 'secaudit.checkpoint_interval' => '100ms', 'secaudit.flush_interval' => '20ms' });
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
mkdir trail_dir($standby), 0700;
$standby->append_conf('postgresql.conf', "secaudit.directory = '" . trail_dir($standby) . "'");
$standby->start;

# What the newest timeline of a node's WAL says, as verify --expect takes it: by
# the command of docs/operations.md.
my ($command) = slurp_file("$FindBin::Bin/../docs/operations.md") =~ /^    (pg_waldump .*?) > witnessed$/ms;

sub witnesses
{
	my ($of) = @_;
	my @segments = sort map { basename($_) } grep { /\/[0-9A-F]{24}$/ } glob($of->data_dir . '/pg_wal/*');
	my $timeline = substr $segments[-1], 0, 8;
	my ($first) = grep { /^$timeline/ } @segments;
	my $wal = $of->data_dir . '/pg_wal';
	(my $with_names = $command) =~ s/WAL --rmgr LogicalMessage FIRST LAST/$wal --rmgr LogicalMessage $first $segments[-1]/ or die 'docs';
	return split /\n/, `$with_names`;
}

# The number of the last record that is witnessed.
sub witnessed_seq
{
	my ($last) = (witnesses(@_))[-1] // '::';
	return (split /:/, $last)[1] || 0;
}

# verify(DIRECTORY, EXPECTED...): exit status and output.
sub verify
{
	my ($dir, @expected) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'verify', (map { "--expect=$_" } @expected), $dir ], '>', \$out, '2>', \$err);
	return ($? >> 8, "$out$err");
}

$node->safe_psql('postgres', q{SELECT 'to be witnessed'});
my $seq = one_record($node, query => q{SELECT 'to be witnessed'})->{seq};
ok(wait_until(sub { witnessed_seq($node) > $seq }), 'the WAL names a record behind a statement');

my @told = witnesses($node);
my %record = map { $_->{seq} => $_ } all_records($node);
my @wrong = grep { my ($log, $n, $h) = split /:/; my $r = $record{$n}; !$r || $r->{log} ne $log || $r->{h} ne $h } @told;
is("@wrong", '', 'what it says is in the trail, with log, number and hash');
my %events = map { $record{ (split /:/)[1] }{event} => 1 } @told;
is(join(',', sort keys %events), 'audit.checkpoint', 'each is a checkpoint, the last line of its write');
my ($status, $said) = verify(trail_dir($node), @told);
is($status, 0, 'secauditctl verify --expect takes it as it is') or diag($said);

# The standby.
$node->wait_for_catchup($standby);
ok(wait_until(sub { my %has = map { $_ => 1 } witnesses($standby); !grep { !$has{$_} } @told }), 'a standby has it in its WAL');
$standby->safe_psql('postgres', q{SELECT 'on the standby'});
flush_trail($standby);
my ($log) = map { $_->{log} } all_records($node);
is(scalar(grep { !/^$log:/ } witnesses($standby)), 0, 'and adds nothing of its own trail');

# The end of the trail is cut off: only the witness knows.
$node->safe_psql('postgres', q{SELECT 'to be forgotten'});
$seq = one_record($node, query => q{SELECT 'to be forgotten'})->{seq};
wait_until(sub { witnessed_seq($node) > $seq }) or die 'not witnessed';
$node->stop;
wait_until(sub { witnessed_seq($standby) > $seq }) or die 'not at the standby';
my ($last) = (witnesses($standby))[-1];
is((verify(trail_dir($node), $last))[0], 0, 'the trail of a stopped server has what the standby was told');
my $cut = PostgreSQL::Test::Utils::tempdir();
foreach my $file (trail_files($node))
{
	my $text = slurp_file($file);
	$text =~ s/^[^\n]*to be forgotten.*\z//ms;
	append_to_file("$cut/" . basename($file), $text);
}
is((verify($cut))[0], 0, 'a trail whose end was cut off agrees with itself');
($status, $said) = verify($cut, $last);
is($status, 1, 'but not with the standby');
like($said, qr/: truncated: seq \d+ to \d+, an expected record is not there$/m, 'which is told') or diag($said);

# The standby takes over.
$standby->promote;
$standby->safe_psql('postgres', 'SELECT 1');
ok(wait_until(sub { flush_trail($standby); my ($l) = (witnesses($standby))[-1] // ''; $l ne '' && $l !~ /^$log:/ }),
	'a standby that was promoted has its own trail witnessed');
is((verify(trail_dir($standby), (witnesses($standby))[-1]))[0], 0, 'and holds it');
$standby->stop;

# A crash.
$node->start;
$node->stop('immediate');
$node->start;
$seq = mark($node);
ok(wait_until(sub { flush_trail($node); witnessed_seq($node) > $seq }), 'it goes on after a crash');

# Without a chain there is nothing to witness.
$node->safe_psql('postgres', 'ALTER SYSTEM SET secaudit.integrity = off');
$node->reload;
my $open;
wait_until(sub { flush_trail($node); ($open) = (grep { $_->{event} eq 'audit.open' } all_records($node))[-1]; $open->{integrity} eq 'off' }) or die 'still on';
$node->safe_psql('postgres', 'SELECT 2');
my $checkpoints = sub { scalar(grep { $_->{event} eq 'audit.checkpoint' } all_records($node)) };
my $count = $checkpoints->();
wait_until(sub { flush_trail($node); $checkpoints->() > $count + 1 }) or die 'no checkpoints';
cmp_ok(witnessed_seq($node), '<', $open->{seq}, 'a trail without hashes is not witnessed');

# An idle server makes no WAL for it: two minutes, so only when asked for.
SKIP:
{
	skip 'takes two minutes; set SECAUDIT_SLOW', 2 unless $ENV{SECAUDIT_SLOW};
	$node->safe_psql('postgres', 'ALTER SYSTEM RESET secaudit.integrity');
	$node->restart;
	wait_until(sub { witnessed_seq($node) > $seq }) or die 'not witnessed';
	select undef, undef, undef, 2;
	(my $before, $count) = (scalar(() = witnesses($node)), $checkpoints->());
	select undef, undef, undef, 125;
	cmp_ok($checkpoints->(), '>', $count, 'an idle server has checkpoints');
	is(scalar(() = witnesses($node)), $before, 'but writes no WAL for them');
}
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC/, 'the WAL was left alone at every stop');
check_trail($node, 'the trail is sound');
done_testing();

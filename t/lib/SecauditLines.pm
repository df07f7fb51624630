# Trails written by hand, for tests of secauditctl: records as the writer spells
# them, and what a command says of them.
package SecauditLines;

use strict;
use warnings;
use Exporter 'import';
use IPC::Run ();
use JSON::PP ();

our @EXPORT = qw(line write_file ctl);

# The writer's order, of the keys that tests use.
my @order = qw(v log ts event class classes command outcome sqlstate error node db user login_user
  current_user superuser session ssn pid backend worker app client_addr client_port stmt parent level origin part parts
  auth_method hba_line reason rule severity objects objects_omitted privileged privileges grantees
  target_role attributes setting old_value new_value from_role to_role gains_superuser
  subtransaction statements first_stmt last_stmt rows duration_us query params seq);

# line(SEQ, KEY => VALUE...): a statement, with these keys as well; undef leaves one out.
# It begins in the second of its number.
sub line
{
	my ($seq, %more) = @_;
	my %r = (
		v => 1,
		log => '00112233aabbccdd',
		ts => sprintf('2026-01-31T23:59:%02d.000000Z', $seq),
		event => 'statement',
		class => 'read',
		command => 'SELECT',
		outcome => 'success',
		node => 'db7',
		db => 'shop',
		user => 'alice',
		session => '697e9745.1f4e',
		ssn => $seq,
		pid => 8014,
		app => 'psql',
		client_addr => '10.1.2.3',
		stmt => $seq,
		query => "SELECT $seq",
		seq => $seq,
		%more);
	return '{' . join(',', map { "\"$_\":" . JSON::PP->new->utf8->allow_nonref->canonical->encode($r{$_}) }
		  grep { defined $r{$_} } @order) . "}\n";
}

# write_file(DIRECTORY, NUMBER, LINE...): the path.
sub write_file
{
	my ($dir, $number, @lines) = @_;
	my $path = sprintf '%s/secaudit-20260131T2359%02dZ-%06d.jsonl', $dir, 30 + $number, $number;
	open my $fh, '>:raw', $path or die "$path: $!";
	print $fh @lines;
	close $fh or die "$path: $!";
	return $path;
}

# ctl(ARGUMENT...): exit status, standard output, messages.
sub ctl
{
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', @_ ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

1;

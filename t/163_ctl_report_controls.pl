# secauditctl report names requirements: their numbers are those of secaudit.controls(), and records are counted for each.
use strict;
use warnings;

use FindBin ();
use lib "$FindBin::RealBin/lib";
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditReport;
use Test::More;

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
my $dir = PostgreSQL::Test::Utils::tempdir();
write_trail(
	"$dir/trail",
	record(event => 'session.start', class => 'session'),
	record(event => 'session.auth', class => 'session', outcome => 'failure', sqlstate => '28P01'),
	(map { record(class => 'role', command => 'GRANT') } 1 .. 3),
	record(event => 'config', class => 'config', setting => 'work_mem'),
	(map { record(outcome => 'failure', sqlstate => '42501') } 1 .. 2));
my %records;
my %nist;
foreach my $row (@{ sections("$dir/trail")->{controls}{rows} })
{
	my ($numbers, $control) = split /; /, $row->{control};
	my $srg = '';
	foreach my $number (split /, (?=SRG|-)/, $numbers)
	{
		$srg = $1 if $number =~ /^(SRG-APP-\d+-DB)/;
		$number = "$srg$number" if $number =~ /^-/;
		$records{$number} = $row->{records};
		$nist{$number} = $control =~ s/ //gr if defined $control;
	}
}

is($records{'SRG-APP-000495-DB-000329'}, 3, 'changes of rights');
is($records{'SRG-APP-000503-DB-000351'}, 2, 'logins, and those that failed');
is($records{'SRG-APP-000381-DB-000361'}, 1, 'changes of settings');
is($records{'SRG-APP-000492-DB-000333'}, 2, 'what was denied');
is($records{'SRG-APP-000494-DB-000344'}, 0, 'none of labelled data');
is($records{'PCI DSS 4.0.1, 10.2.1.4'}, 3, 'attempts that failed: of logins and of access');
is($records{'PCI DSS 4.0.1, 10.2.1.6'}, 1, 'the beginning of the trail');

my ($sharedir) = run_command([ 'pg_config', '--sharedir' ]);
my $sql = slurp_file("$sharedir/extension/secaudit--1.0--1.1.sql");
my %known = $sql =~ /^\t\(\d+, '(SRG-APP-\d+-DB-\d+)', '[^']*', '[^']*', '([^']*)'/mg;
SKIP:
{
	skip 'this version has no secaudit.controls()', 1 unless %known;
	my @wrong = grep { my $n = $_; !grep { $_ eq $nist{$n} } split /,/, $known{$n} // '' } sort keys %nist;
	is_deeply(\@wrong, [], 'each number of the SRG is one of secaudit.controls(), with its control of NIST');
}

done_testing();

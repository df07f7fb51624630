# SecauditTest: nodes that audit, and a sharp eye on what they write.
#
#   use SecauditTest;
#   my $node = new_node('main', settings => { 'secaudit.log' => 'all' });
#   my $mark = mark($node);
#   $node->safe_psql('postgres', 'SELECT 1');
#   my @got = records($node, since => $mark, event => 'statement');
#
# records() first makes the writer write out everything that was appended
# before the call, then returns what is new in the trail as hashes.  Every line
# it reads, whether asked for or not, is checked: JSON, schema in the strict
# form, length, encoding (scripts/validate-records), the sequence without a gap,
# the numbers of each session without a gap.  A fault dies with the line in the
# message, at the latest when the test ends, so none can pass over a trail that
# is wrong.
#
# The number that a test's name may begin with ("41: ...") is the row of the
# tables in docs/coverage.md that it shows.
#
# What the helper itself does on the server (database secaudit_test) is in the
# trail and checked like the rest, but not returned.
package SecauditTest;

use strict;
use warnings;

use feature 'state';

use Cwd qw(abs_path);
use Exporter 'import';
use File::Basename qw(basename dirname);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditProto;
use Test::More;

our @EXPORT = qw(
  new_node trail_dir trail_files flush_trail mark records await_records one_record
  all_records stored_records read_trail check_trail secauditctl objects_of marks_of is_record statements_are
  has_library server_major input_file
);

my $top = abs_path(dirname(__FILE__) . '/../..');
my $helper_db = 'secaudit_test';

# Per node name: { offsets => { file => bytes read }, lines => { seq => line },
# records => [by seq], numbers => see check_numbers(), session => its flushing session }
my %seen;

# Per node name: where its trail is, if elsewhere than usual.
my %trail_dirs;

# Lines that have been read and not validated yet.
my @unchecked;

# First lines of files, decoded: they are compared at every reading.
my %opens;

# Lines that stored_records() has decoded; it reads all of them every time.
my %stored;

# new_node(NAME, %options): an initialised, started server that audits.
#   settings   => { name => value }, put into postgresql.conf, over the defaults
#   conf       => further lines for postgresql.conf
#   init       => arguments of PostgreSQL::Test::Cluster's init, as an array
#   no_start   => 1: leave it stopped, and without the helper's database
#   trail_dir  => where the trail is to be, if not beside the data directory
#   no_preload => 1: secaudit is installed but not loaded (for comparisons)
sub new_node
{
	my ($name, %opt) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$trail_dirs{$name} = $opt{trail_dir} if $opt{trail_dir};
	$node->init(@{ $opt{init} // [] });
	configure($node, %opt);
	return $node if $opt{no_start};
	$node->start;
	prepare($node) unless $opt{no_preload};
	return $node;
}

sub configure
{
	my ($node, %opt) = @_;
	my %set = (
		'secaudit.log' => 'all',
		'secaudit.node_name' => $node->name,
		'secaudit.directory' => trail_dir($node),
		%{ $opt{settings} // {} });

	mkdir trail_dir($node), 0700;
	return $node->append_conf('postgresql.conf', $opt{conf} // '')
	  if $opt{no_preload};
	$node->append_conf('postgresql.conf',
		"shared_preload_libraries = 'secaudit'\n"
		  . join('', map { "$_ = '$set{$_}'\n" } sort keys %set)
		  . ($opt{conf} // ''));
	return;
}

# The helper needs secaudit.flush(), which a database has only with the
# extension; it takes one of its own, so that the tests' databases stay without.
sub prepare
{
	my ($node) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $helper_db");
	$node->safe_psql($helper_db, 'CREATE EXTENSION secaudit');
	return;
}

# Does the server have this library?  Not each extension is there for each major.
sub has_library
{
	my ($name) = @_;
	chomp(my $dir = qx{pg_config --pkglibdir});
	return -f "$dir/$name.so";
}

# The server's major: what an older one cannot do is skipped, and what it does
# otherwise is said beside the expectation.
sub server_major
{
	state $major = (qx{pg_config --version} =~ /(\d+)/)[0];
	return $major;
}

sub trail_dir
{
	my ($node) = @_;
	return $trail_dirs{ $node->name } // $node->basedir . '/trail';
}

# The trail's files, oldest first.
sub trail_files
{
	my ($where) = @_;
	my $dir = ref $where ? trail_dir($where) : $where;
	return sort { file_number($a) <=> file_number($b) } glob("$dir/secaudit-*.jsonl");
}

sub file_number
{
	return $_[0] =~ /-(\d+)\.jsonl$/ ? $1 : 0;
}

# Everything appended before this call is in the files after it.  The session
# for it is kept, since starting psql takes longer than most tests.
sub flush_trail
{
	my ($node) = @_;
	return if eval { ask_to_flush($seen{ $node->name } //= new_cache()); };
	my $cache = $seen{ $node->name };
	$cache->{session} =
	  SecauditProto->connect($node, database => $helper_db, application_name => $helper_db);
	ask_to_flush($cache) or die "secaudit.flush() failed\n";
	return;
}

sub ask_to_flush
{
	my ($cache) = @_;
	return 0 unless $cache->{session};
	local $SIG{PIPE} = 'IGNORE';
	$cache->{session}->query('SELECT secaudit.flush()');
	return SecauditProto->types($cache->{session}->until_ready) =~ /C.*Z\z/;
}

sub new_cache { return { offsets => {}, lines => {}, records => [], numbers => undef, session => undef }; }

# Read what is new in a running or stopped node's trail into the cache.
#
# After a fault the writer starts a new file and repeats in it what the file
# before may hold doubtfully: of that one only prev_bytes count, and a record
# that comes twice must come with the same bytes.
sub update
{
	my ($node) = @_;
	my $cache = $seen{ $node->name } //= new_cache();
	my @files = trail_files($node);
	my @lines;

	foreach my $i (0 .. $#files)
	{
		my $limit = $i < $#files ? counted_bytes($files[$i], $files[ $i + 1 ]) : undef;
		push @lines, new_lines($cache, $files[$i], $limit);
	}
	return $cache unless @lines;

	push @unchecked, @lines;
	validate_unchecked() if @unchecked > 500;
	my $json = JSON::PP->new->utf8;
	my @new;
	foreach my $line (@lines)
	{
		my $record = $json->decode($line);
		my $before = $cache->{lines}{ $record->{seq} };
		die "seq $record->{seq} is in the trail twice, differently:\n$before$line"
		  if defined $before && $before ne $line;
		push @new, $record unless defined $before;
		$cache->{lines}{ $record->{seq} } = $line;
	}
	add_records($node->name, $cache, @new);
	return $cache;
}

# Put new records in their places and check their numbers against what is known
# of the earlier ones.  Those are looked at again only if the new ones do not
# simply follow, or if a check has failed before: it fails again then.
sub add_records
{
	my ($name, $cache, @new) = @_;
	my $numbers = delete $cache->{numbers};

	@new = sort { $a->{seq} <=> $b->{seq} } @new;
	if (!$numbers || (@new && $new[0]{seq} != $numbers->{next_seq}))
	{
		@new = sort { $a->{seq} <=> $b->{seq} } @{ $cache->{records} }, @new;
		$cache->{records} = [];
		# Retention may have taken the trail's beginning.
		my $start = ($new[0]{prev_seq} // 0) + 1;
		$numbers = { start => $start, next_seq => $start, sessions => {} };
	}
	push @{ $cache->{records} }, @new;
	check_numbers($name, $numbers, @new);
	$cache->{numbers} = $numbers;
	return;
}

# How much of a file belongs to the trail, if the next one says; its first line
# may still be on its way.
sub counted_bytes
{
	my ($file, $next) = @_;
	open my $fh, '<:raw', $next or die "$next: $!";
	my $first = <$fh> // '';
	return unless $first =~ /\n\z/;
	my $open = $opens{$first} //= JSON::PP->new->utf8->decode($first);
	die "$next does not follow on $file but on " . ($open->{prev_file} // 'nothing') . "\n"
	  if ($open->{prev_file} // '') ne basename($file);
	return $open->{prev_bytes};
}

sub new_lines
{
	my ($cache, $file, $limit) = @_;
	my $offset = $cache->{offsets}{$file} // 0;
	my $size = $limit // -s $file;
	my $new = '';

	return if $size <= $offset;
	open my $fh, '<:raw', $file or die "$file: $!";
	seek $fh, $offset, 0;
	read $fh, $new, $size - $offset;
	# A line that is being written is for the next time.
	$new =~ s/[^\n]*\z//;
	$cache->{offsets}{$file} = $offset + length $new;
	return $new =~ /([^\n]*\n)/g;
}

# The validator takes a third of a second to start, so it gets many lines at
# once; what is left is checked at the end, which then fails the test.
sub validate_unchecked
{
	my @lines = splice @unchecked;
	validate(@lines) if @lines;
	return;
}

END
{
	my $status = $?;
	eval { validate_unchecked(); 1 } or do { diag($@); $status ||= 1; };
	$? = $status;
}

sub validate
{
	my ($in, $out) = (join('', @_), '');
	# The system's own python: another one first in PATH has no jsonschema.
	my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';

	return if IPC::Run::run([ $python, '-B', "$top/scripts/validate-records", '-' ],
		'<', \$in, '>&', \$out);
	die "the trail has records that it must not have:\n$out";
}

# seq counts from 1 without a gap over all files; ssn does within each session.
# NUMBERS, where the records before these ended, is brought up to date: start
# and next_seq of the trail, and of each session which ssn there were and the
# highest of them.
sub check_numbers
{
	my ($name, $numbers, @records) = @_;
	my %changed;

	foreach my $r (@records)
	{
		die "$name: seq $r->{seq} where $numbers->{next_seq} was due\n"
		  if $r->{seq} != $numbers->{next_seq};
		$numbers->{next_seq}++;
		next unless defined $r->{ssn};
		my $session = $changed{ $r->{session} } = $numbers->{sessions}{ $r->{session} } //= { ssn => {}, highest => 0 };
		next if ($r->{part} // 1) > 1 && $session->{ssn}{ $r->{ssn} };
		die "$name: session $r->{session} has ssn $r->{ssn} twice\n"
		  if $session->{ssn}{ $r->{ssn} }++;
		$session->{highest} = $r->{ssn} if $r->{ssn} > $session->{highest};
	}
	foreach my $id ($numbers->{start} == 1 ? sort keys %changed : ())
	{
		my ($count, $highest) = (scalar(keys %{ $changed{$id}{ssn} }), $changed{$id}{highest});
		die "$name: session $id has $count records but an ssn of $highest\n"
		  if $highest != $count;
	}
	return;
}

# Position in the trail, for records(since => ...).
sub mark
{
	my ($node) = @_;
	flush_trail($node);
	my $records = update($node)->{records};
	return @$records ? $records->[-1]{seq} : 0;
}

# records(NODE, key => wanted, ...): the records whose keys all match.  wanted
# is a string (equal), a qr// (matches), undef (the key is absent) or a code
# reference (true for the value).  since => mark() leaves out older ones.
sub records
{
	my ($node, %want) = @_;
	flush_trail($node);
	return select_records(update($node)->{records}, %want);
}

# The same, waiting until there are at least so many: for what a process does
# after its client has gone, or by itself.
sub await_records
{
	my ($node, $count, %want) = @_;
	my $tries = 10 * $PostgreSQL::Test::Utils::timeout_default;
	my @got;

	while ((@got = records($node, %want)) < $count && $tries-- > 0)
	{
		select undef, undef, undef, 0.1;
	}
	return @got;
}

# The same from the files of a server that may be down: no flush, no waiting.
sub read_trail
{
	my ($node, %want) = @_;
	return select_records(update($node)->{records}, %want);
}

# Everything, the helper's own records and the writer's included.
sub all_records
{
	my ($node) = @_;
	return @{ update($node)->{records} };
}

# Every whole line as the files have it, each seq once, without any check: for
# trails in which records are meant to be missing.
sub stored_records
{
	my ($node) = @_;
	my $json = JSON::PP->new->utf8;
	my %by_seq;

	foreach my $file (trail_files($node))
	{
		open my $fh, '<', $file or die "$file: $!";
		while (my $line = <$fh>)
		{
			next unless $line =~ /\n\z/;
			my $record = $stored{$line} //= eval { $json->decode($line) } or next;
			$by_seq{ $record->{seq} } = $record;
		}
	}
	return map { $by_seq{$_} } sort { $a <=> $b } keys %by_seq;
}

sub select_records
{
	my ($records, %want) = @_;
	my $since = delete $want{since} // 0;

	return grep { $_->{seq} > $since && !is_helpers($_) && matches($_, \%want) } @$records;
}

# CREATE DATABASE is run from elsewhere, so its text tells.
sub is_helpers
{
	my ($r) = @_;
	return 1 if ($r->{db} // '') eq $helper_db;
	return ($r->{query} // '') eq "CREATE DATABASE $helper_db";
}

sub matches
{
	my ($record, $want) = @_;
	foreach my $key (keys %$want)
	{
		my ($has, $wanted) = ($record->{$key}, $want->{$key});
		if (!defined $wanted) { return 0 if defined $has; next; }
		return 0 unless defined $has;
		if (ref $wanted eq 'Regexp') { return 0 unless $has =~ $wanted; }
		elsif (ref $wanted eq 'CODE') { return 0 unless $wanted->($has); }
		else { return 0 unless $has eq $wanted; }
	}
	return 1;
}

# The only record that matches; dies if there is none or more than one.
sub one_record
{
	my ($node, %want) = @_;
	my @got = records($node, %want);
	return $got[0] if @got == 1;
	my $json = JSON::PP->new->canonical;
	die scalar(@got) . " records instead of one for "
	  . join(', ', map { "$_ => " . ($want{$_} // 'absent') } sort keys %want)
	  . "\n" . join("\n", map { $json->encode($_) } @got) . "\n";
}

# objects_of(RECORD): its objects as sorted strings "type name access,access".
sub objects_of
{
	my ($record) = @_;
	return [ sort map { "$_->{type} $_->{name} " . join(q{,}, @{ $_->{access} // [] }) }
		  @{ $record->{objects} // [] } ];
}

# marks_of(RECORD): those of its objects that are audited or have tags, as sorted
# strings "name audited tag,tag".
sub marks_of
{
	my ($record) = @_;
	return [ sort map { join ' ', $_->{name}, ($_->{audited} ? 'audited' : ()), ($_->{tags} ? join q{,}, @{ $_->{tags} } : ()) }
		grep { $_->{audited} || $_->{tags} } @{ $record->{objects} // [] } ];
}

# is_record(RECORD, { key => value }, NAME): a test that the keys have exactly
# these values (1 for true); undef: the key must be absent.  objects are compared in the
# form of objects_of(), and marks in that of marks_of().
sub is_record
{
	my ($record, $expected, $name) = @_;
	my %got;
	foreach my $key (keys %$expected)
	{
		$got{$key} = $key eq 'objects' && $record ? objects_of($record)
		  : $key eq 'marks' ? marks_of($record)
		  : $record->{$key};
		$got{$key} = $got{$key} ? 1 : 0 if JSON::PP::is_bool($got{$key});
	}
	$expected = { map { $_ => JSON::PP::is_bool($expected->{$_}) ? 1 : $expected->{$_} } keys %$expected };
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is_deeply(\%got, $expected, $name)
	  || diag(JSON::PP->new->canonical->pretty->encode($record // {}));
}

# statements_are(NODE, \%session, [STATEMENT, { key => value }, NAME, TEXT], ...): run
# the statements one by one in one psql session, errors and all, and test each
# one's record as is_record does.  A case without expectations only runs.  TEXT:
# what is recorded of a statement with a secret.
# session: database (postgres), params of psql's extra_params.
sub statements_are
{
	my ($node, $session, @cases) = @_;
	my $since = mark($node);
	my %found;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	$node->psql(
		$session->{database} // 'postgres',
		join('', map { "$_->[0];\n" } @cases),
		on_error_stop => 0,
		extra_params => $session->{params} // []);
	foreach my $record (records($node, since => $since))
	{
		push @{ $found{ $record->{query} } }, $record if defined $record->{query};
	}
	foreach my $case (@cases)
	{
		my ($sql, $expected, $name, $recorded) = @$case;
		my $record = shift @{ $found{ $recorded // $sql } // [] };
		is_record($record, $expected, $name) if $expected;
	}
	return;
}

# check_trail(NODE, NAME): a test that the whole trail, as it lies there, is
# sound: our own checks, jansson in secauditctl tail, the chain in verify.
sub check_trail
{
	my ($node, $name) = @_;
	my ($out, $err) = ('', '');
	my $ctl = $node->installed_command('secauditctl');
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	flush_trail($node) if -f $node->data_dir . '/postmaster.pid';
	eval { update($node); 1 } or $err .= "$@";
	foreach my $command ([ 'tail', '-n', 'all' ], ['verify'])
	{
		my $output = '';
		IPC::Run::run([ $ctl, @$command, trail_dir($node) ], '>', \$out, '2>', \$output)
		  or $err .= "secauditctl @$command: exit status " . ($? >> 8) . "\n$output"
		  . ($command->[0] eq 'verify' ? $out : '');
	}
	return ok($err eq '', $name) || diag($err);
}

# A file with that text, as a program's input.  A pipe would not do: the program may
# end before it has read it, and the write to it then ends the test.
sub input_file
{
	my ($text) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir() . '/input';
	open my $fh, '>:raw', $file or die "$file: $!";
	print $fh $text;
	close $fh or die "$file: $!";
	return $file;
}

# secauditctl(NODE, [ARGUMENTS], NAME): a test that the command succeeds.
sub secauditctl
{
	my ($node, $args, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return command_ok([ $node->installed_command('secauditctl'), @$args ], $name);
}

1;

# What a session has of the server's stack and memory is not ours to keep.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('with');
my $plain = new_node('without', no_preload => 1);

# Each level counts itself in a sequence, which an error does not undo.
my $functions = q{
	CREATE SEQUENCE depth;
	CREATE FUNCTION sql_recursion(int) RETURNS int LANGUAGE sql VOLATILE AS $$SELECT nextval('depth'); SELECT sql_recursion($1 + 1)$$;
	CREATE FUNCTION return_recursion(n int) RETURNS int LANGUAGE plpgsql AS $$BEGIN PERFORM nextval('depth'); RETURN return_recursion(n + 1); END$$;
	CREATE FUNCTION query_recursion(n int) RETURNS int LANGUAGE plpgsql AS $$BEGIN PERFORM nextval('depth'); PERFORM query_recursion(n + 1) FROM pg_am LIMIT 1; RETURN 1; END$$;
	CREATE FUNCTION execute_recursion(n int) RETURNS int LANGUAGE plpgsql AS $$BEGIN PERFORM nextval('depth'); EXECUTE 'SELECT execute_recursion($1)' USING n + 1; RETURN 1; END$$;
	CREATE PROCEDURE call_recursion(n int) LANGUAGE plpgsql AS $$BEGIN PERFORM nextval('depth'); CALL call_recursion(n + 1); END$$;
	CREATE TABLE t (a int);
	CREATE FUNCTION trigger_recursion() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM nextval('depth'); INSERT INTO t VALUES (1); RETURN NEW; END$$;
	CREATE TRIGGER t AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION trigger_recursion()};

sub depth
{
	my ($on, $sql) = @_;
	my (undef, $out, $err) = $on->psql('postgres', "SELECT setval('depth', 1);\n$sql;\nSELECT last_value FROM depth", on_error_stop => 0);
	die "$sql: $err" if $err !~ /stack depth limit exceeded/;
	return (split /\n/, $out)[-1];
}

foreach my $on ($node, $plain)
{
	$on->safe_psql('postgres', $functions);
}
foreach my $sql ('SELECT sql_recursion(1)', 'SELECT return_recursion(1)', 'SELECT query_recursion(1)', 'SELECT execute_recursion(1)',
	'CALL call_recursion(1)', 'INSERT INTO t VALUES (1)')
{
	my ($without, $with) = (depth($plain, $sql), depth($node, $sql));
	cmp_ok($with, '>=', 0.97 * $without, "$sql recurses as deep as without secaudit (97 % of $without)");
	cmp_ok($with, '<=', 1.01 * $without, 'and no deeper');
}

# An error on the way back gives everything back as well.
is($node->safe_psql('postgres', q{
	CREATE FUNCTION catches(n int) RETURNS int LANGUAGE plpgsql AS $$BEGIN
		FOR i IN 1 .. n LOOP BEGIN PERFORM query_recursion(1); EXCEPTION WHEN statement_too_complex THEN NULL; END; END LOOP;
		RETURN n; END$$;
	SELECT catches(3)}), 3, 'errors at the limit are caught');
my $same = $node->safe_psql('postgres', q{
	SELECT setval('depth', 1); SELECT catches(1); SELECT last_value FROM depth;
	SELECT setval('depth', 1); SELECT catches(1); SELECT last_value FROM depth});
my (undef, undef, $first, undef, undef, $second) = split /\n/, $same;
cmp_ok(abs($first - $second), '<=', 2, 'and the next one comes as deep');

# As high as the kernel's limit allows: nobody runs over it.
chomp(my $kernel = `sh -c 'ulimit -s'`);
SKIP:
{
	skip 'no limit of the stack', 2 if $kernel !~ /^\d+$/ || $kernel < 2048;
	my $highest = $kernel - 512;
	my (undef, $out, $err) = $node->psql('postgres', "SET max_stack_depth = '${highest}kB'; SELECT setval('depth', 1); SELECT sql_recursion(1)");
	like($err, qr/stack depth limit exceeded/, 'max_stack_depth as high as it can be: the error comes');
	is($node->safe_psql('postgres', 'SELECT 1'), 1, 'and the server lives');
}

# Memory: thousands of cursors, opened and closed.
my $memory = q{SELECT coalesce(sum(total_bytes), 0) FROM pg_backend_memory_contexts WHERE name LIKE 'secaudit%'};
my $open = q{DO $$DECLARE c refcursor; BEGIN FOR i IN 1 .. 5000 LOOP c := 'c' || i; OPEN c FOR SELECT i, a FROM t; END LOOP; END$$};
my $close = q{DO $$DECLARE c refcursor; BEGIN FOR i IN 1 .. 5000 LOOP c := 'c' || i; CLOSE c; END LOOP; END$$};
my @bytes = split /\n/, $node->safe_psql('postgres', qq{
	SELECT 1; $memory; BEGIN; $open; $memory; $close; $memory;
	DECLARE one CURSOR FOR SELECT 1; $open; $close; $memory; COMMIT; $memory}) =~ s/^1\n//r;
is(scalar(@bytes), 5, 'five measurements');
cmp_ok($bytes[1], '>', $bytes[0] + 5_000_000, 'open cursors take memory');
cmp_ok($bytes[2], '<', $bytes[0] + 100_000, 'which is given back when they are closed');
cmp_ok($bytes[3], '<', $bytes[0] + 100_000, 'also where one of before stays open');
cmp_ok($bytes[4], '<', $bytes[0] + 100_000, 'and at the end of the transaction');
my $hold = join('', map { "DECLARE h$_ CURSOR WITH HOLD FOR SELECT a FROM t WHERE a = $_;\n" } 1 .. 2000);
@bytes = split /\n/, $node->safe_psql('postgres', "$memory; BEGIN; $hold COMMIT; $memory; CLOSE ALL; $memory");
cmp_ok($bytes[1], '>', $bytes[0] + 2_000_000, 'so it is with cursors WITH HOLD');
cmp_ok($bytes[2], '<', $bytes[0] + 100_000, 'that CLOSE ALL closes');

$_->stop foreach $node, $plain;
done_testing();

# What the server log and audit.start say at a start: version, place, settings.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.durability' => 'commit', 'secaudit.log_catalog' => 'on' });
my $dir = trail_dir($node);
flush_trail($node);

my ($start) = grep { $_->{event} eq 'audit.start' } all_records($node);
my %settings = map { /^([^=]+)=(.*)\z/s } @{ $start->{settings} };
my $shown = $node->safe_psql('postgres', q{
	SELECT string_agg(name || '=' || current_setting(name), E'\n' ORDER BY name COLLATE "C")
	FROM pg_settings WHERE name LIKE 'secaudit.%' AND name <> 'secaudit.context'});
is(join("\n", @{ $start->{settings} }), $shown, 'audit.start has every setting, ordered by name, as SHOW has it');
is($settings{'secaudit.directory'}, $dir, 'where the trail is');
is($settings{'secaudit.durability'}, 'commit', 'what is guaranteed');
is($settings{'secaudit.log'}, 'all', 'what is recorded');
like($start->{secaudit_version}, qr/^\d/, 'and the version');

my @lines = slurp_file($node->logfile) =~ /LOG:  (secaudit [\d.]+\w* records to directory "[^"]*")\n.*DETAIL:  (Settings are .*)\n/g;
is(scalar @lines, 2, 'the server log has one message for each start');
is($lines[0], qq{secaudit $start->{secaudit_version} records to directory "$dir"}, 'which says version and directory');
like($lines[1], qr/secaudit\.integrity = "chain".*secaudit\.log = "all", secaudit\.log_catalog = "on".*secaudit\.on_failure = "continue"/,
	'and the settings');

# A value of any length leaves room for the others.
$node->append_conf('postgresql.conf', "secaudit.log = '" . join(', ', ('all') x 1000) . "'");
$node->restart;
flush_trail($node);
($start) = reverse grep { $_->{event} eq 'audit.start' } all_records($node);
my ($log) = grep { /^secaudit\.log=/ } @{ $start->{settings} };
like($log, qr/^secaudit\.log=all, all.{300,420}\z/, 'a long value is cut');
ok((grep { $_ eq 'secaudit.warn_percent=75' } @{ $start->{settings} }), 'and the last setting is there');
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();

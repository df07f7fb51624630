# SecauditRules: rules files for tests.
package SecauditRules;

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();
use PostgreSQL::Test::Utils;
use SecauditTest;

our @EXPORT = qw(rules_path write_rules write_text use_rules alerts);

sub rules_path { return $_[0]->basedir . '/rules.json'; }

sub write_text
{
	my ($node, $text) = @_;
	my $new = rules_path($node) . '.new';
	open my $fh, '>:raw', $new or die $!;
	print $fh $text;
	close $fh;
	rename $new, rules_path($node) or die $!;
	return;
}

# write_rules(NODE, [NAME, ACTION, { match }, more...], ...)
sub write_rules
{
	my ($node, @rules) = @_;
	my @file = map { my ($name, $action, $match, %more) = @$_;
		{ name => $name, action => $action, match => $match, %more } } @rules;
	write_text($node, JSON::PP->new->canonical->encode(\@file));
	return;
}

# The same, and in force: in the writer as well, which records the change.
sub use_rules
{
	my ($node, @rules) = @_;
	my $mark = mark($node);
	write_rules($node, @rules);
	$node->reload;
	await_records($node, 1, since => $mark, event => 'config', setting => 'secaudit.rules_file');
	return;
}

# Names of the rules that raised alerts since the mark, in order.
sub alerts
{
	my ($node, $mark) = @_;
	return map { "$_->{reason} $_->{rule}" } records($node, since => $mark, event => 'alert');
}

1;

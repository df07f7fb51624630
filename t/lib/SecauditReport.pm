# Trails made by hand, with the hash chain of docs/trail.md, for what reads trails
# without a server.
package SecauditReport;

use strict;
use warnings;

use Digest::SHA ();
use Exporter 'import';
use JSON::PP ();
use MIME::Base64 ();
use PostgreSQL::Test::Utils;

our @EXPORT = qw(write_trail record report sections);

my $plain = JSON::PP->new->allow_nonref->ascii->canonical;

# A record; undef takes a key away.
sub record
{
	my (%more) = @_;
	my %r = (
		ts => '2026-01-31T22:59:00.000000Z', event => 'statement', class => 'read', command => 'SELECT', outcome => 'success',
		db => 'shop', user => 'alice', session => '6a1b2c3d.1f4e', app => 'psql', client_addr => '10.1.2.3', %more);
	delete $r{$_} for grep { !defined $r{$_} } keys %r;
	return \%r;
}

# One file with these records behind its audit.open; returns its path.
sub write_trail
{
	my ($dir, @records) = @_;
	my $name = 'secaudit-20260131T225900Z-000001.jsonl';
	my $h = "\0" x 24;
	my $n = 0;
	mkdir $dir;
	open my $fh, '>:raw', "$dir/$name" or die $!;
	foreach my $r ({ ts => '2026-01-31T22:59:00.000000Z', event => 'audit.open', class => 'audit', outcome => 'success',
			reason => 'start', file => $name, integrity => 'chain' }, @records)
	{
		my $members = join ',', map { qq("$_":) . $plain->encode($r->{$_}) } grep { exists $r->{$_} } qw(ts event), grep { !/^(ts|event)$/ } sort keys %$r;
		my $body = qq({"v":1,"log":"00112233aabbccdd",$members});
		$h = substr Digest::SHA::sha256("\1" . $h . pack('Q>', ++$n) . Digest::SHA::sha256($body)), 0, 24;
		print {$fh} substr($body, 0, -1), qq(,"seq":$n,"h":"), MIME::Base64::encode_base64url($h), qq("}\n);
	}
	close $fh or die $!;
	return "$dir/$name";
}

# secauditctl report: exit status, output, messages.
sub report
{
	my (@args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'report', @args ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

# Its tables by name, each a list of rows.
sub sections
{
	my ($status, $out, $err) = report('--format=json', '--utc', @_);
	my $doc = JSON::PP->new->utf8->decode($out);
	return { map { %{ $_->{tables} } } values %{ $doc->{sections} } };
}

1;

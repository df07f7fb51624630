# secauditctl report in a browser: what axe-core finds, what it asks the network for, how it prints.
# Needs chromium, and axe-core's axe.min.js in AXE_CORE; scripts/test-browser.sh brings both.
use strict;
use warnings;

use Cwd ();
use FindBin ();
use lib "$FindBin::RealBin/lib";
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditReport;
use Test::More;

my ($chromium) = grep { -x } map { "$_/chromium" } split /:/, $ENV{PATH};
plan skip_all => 'chromium is not installed' unless $chromium;
plan skip_all => 'run it by scripts/test-browser.sh' unless $ENV{AXE_CORE};

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';
my $dir = PostgreSQL::Test::Utils::tempdir();
my $axe = $ENV{AXE_CORE} // Cwd::realpath("$FindBin::RealBin/..") . '/build/browser/node_modules/axe-core/axe.min.js';

sub browse
{
	my (@args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run(
		[ $chromium, qw(--headless=new --no-sandbox --disable-gpu --no-first-run --window-size=1600,1200), "--user-data-dir=$dir/profile", @args ],
		'<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(180));
	return $out;
}

my @names = ('</script><script>document.title="run"</script>', '<svg onload=document.title="run">', "\x{202e}x", 'y' x 10000, 'psql');
write_trail(
	"$dir/trail",
	map {
		my $e = $_;
		(
			record(event => 'session.start', class => 'session', app => $e, ts => '2026-05-04T10:00:00.000000Z'),
			record(event => 'session.auth', class => 'session', user => $e, outcome => 'failure', sqlstate => '28P01', error => $e, ts => '2026-05-04T11:00:00.000000Z'),
			record(class => 'role', command => 'GRANT', superuser => JSON::PP::true, grantees => [$e], query => $e, ts => '2026-05-04T12:00:00.000000Z'),
			record(event => 'alert', class => 'alert', reason => $e, ts => '2026-05-04T13:00:00.000000Z'),
			record(outcome => 'failure', sqlstate => '42501', tags => ['pii'], objects => [ { name => $e, tags => ['pii'], denied => JSON::PP::true } ], ts => '2026-05-05T10:00:00.000000Z'),
		)
	} @names);
report('--utc', '-o', "$dir/report.html", "$dir/trail");
my $page = slurp_file("$dir/report.html");

# Names stay text for the browser, too.
my $dom = browse('--dump-dom', "file://$dir/report.html");
like($dom, qr{<title>Audit report</title>}, 'no name has run as a script');
my $charts = () = $dom =~ /<svg/g;
is($charts, 2, 'the only pictures are the two charts');

# The page asks for nothing: as Chromium itself logs what it loads.
browse("--log-net-log=$dir/net.json", '--dump-dom', "file://$dir/report.html");
my %urls;
$urls{$1}++ while slurp_file("$dir/net.json") =~ m{"(?:url|host)":"(https?://[^"]+)"}g;
is_deeply([ grep { m{invalid} } keys %urls ], [], 'no request that a name asks for');

SKIP:
{
	skip "axe-core is not there: $axe", 4 unless -r $axe;
	my $script = slurp_file($axe);
	$script =~ s{</script}{<\\/script}g;
	my $run = $page;
	$run =~ s{<meta http-equiv[^>]*>}{};
	$run =~ s{</body>}{<script>$script</script><script>axe.run(document).then(r => { const found = r.violations.map(v => v.id + " " + v.nodes[0].html); document.documentElement.innerHTML = "<body><pre></pre></body>"; document.querySelector("pre").textContent = "AXE passes=" + r.passes.length + " violations=" + found.join("; ") + " END"; })</script></body>};
	open my $fh, '>:raw', "$dir/axe.html" or die $!;
	print {$fh} $run;
	close $fh;
	foreach my $mode ([ 'light' ], [ 'dark', '--force-dark-mode', '--blink-settings=preferredColorScheme=0' ])
	{
		my ($name, @args) = @$mode;
		my ($passes, $violations) = browse(@args, '--virtual-time-budget=60000', '--dump-dom', "file://$dir/axe.html") =~ /AXE passes=(\d+) violations=(.*) END/;
		cmp_ok($passes // 0, '>=', 30, "axe-core has run its rules, $name");
		is($violations, '', "and finds nothing, contrast among it, $name");
	}
}

browse('--no-pdf-header-footer', "--print-to-pdf=$dir/report.pdf", "file://$dir/report.html");
like(slurp_file("$dir/report.pdf"), qr/^%PDF-/, 'it prints');
like(slurp_file("$dir/report.pdf"), qr{/MediaBox \[0 0 594\.\d+ 841\.\d+\]}, 'to A4');

done_testing();

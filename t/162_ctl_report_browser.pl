# secauditctl report in a browser: what axe-core finds, what it asks the network for, how it prints.
# Needs chromium, and axe-core's axe.min.js in AXE_CORE; scripts/test-browser.sh brings both.
use strict;
use warnings;

use Cwd ();
use FindBin ();
use lib "$FindBin::RealBin/lib";
use IO::Socket::INET ();
use PostgreSQL::Test::Utils;
use SecauditReport;
use MIME::Base64 ();
use JSON::PP ();
use Test::More;

my ($chromium) = grep { -x } map { "$_/chromium" } split /:/, $ENV{PATH};
plan skip_all => 'chromium is not installed' unless $chromium;
plan skip_all => 'run it by scripts/test-browser.sh, which names axe-core in AXE_CORE' unless $ENV{AXE_CORE} && -r $ENV{AXE_CORE};

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';
my $dir = Cwd::realpath(PostgreSQL::Test::Utils::tempdir());

# Chromium hangs where it cannot write to a home, or finds a bus that does not answer.
mkdir "$dir/home";
@ENV{qw(HOME XDG_CONFIG_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR)} = ("$dir/home") x 4;
$ENV{DBUS_SESSION_BUS_ADDRESS} = $ENV{DBUS_SYSTEM_BUS_ADDRESS} = 'disabled:';

# A proxy that lets nothing through and writes down who is asked for.
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 16) or die "no proxy: $!";
my $port = $listener->sockport;
my $proxy = fork // die "fork: $!";
if ($proxy == 0)
{
	open my $log, '>>', "$dir/requests" or die $!;
	while (my $client = $listener->accept)
	{
		my $line = <$client> // next;
		syswrite $log, $line;
		print {$client} "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	}
	require POSIX;
	POSIX::_exit(0);
}
close $listener;
END { my $status = $?; kill 'TERM', $proxy if $proxy; waitpid $proxy, 0 if $proxy; $? = $status; }

# The output of Chromium, which gets two minutes and no more.
sub browse
{
	my (@args) = @_;
	my @command = (
		qw(timeout --kill-after=1 120), $chromium, qw(--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run
			--disable-background-networking --disable-component-update --disable-sync --disable-extensions --disable-default-apps
			--proxy-bypass-list=<-loopback>), "--window-size=1600,1200", "--proxy-server=http://127.0.0.1:$port", "--user-data-dir=$dir/profile", @args);
	# the handles of this process go to a log, so a shell makes those of Chromium
	system('sh', '-c', 'exec "$@" > "$0/out" 2>> "$0/chromium.log" < /dev/null', $dir, @command) == 0
		or BAIL_OUT("chromium ended with status $?, its messages are in $dir/chromium.log");
	return slurp_file("$dir/out");
}

# The hosts that were asked for, without those of Chromium's maker.
sub asked
{
	return [] unless -e "$dir/requests";
	my %hosts = map { m{^[A-Z]+ (?:https?://)?([^/: ]+)} ? ($1 => 1) : ("? $_" => 1) } split /\r?\n/, slurp_file("$dir/requests");
	return [ sort grep { !/(?:^|\.)(?:google|googleapis|gstatic|googleusercontent|gvt1|gvt2)\.com$/ } keys %hosts ];
}

sub write_page
{
	my ($file, $text) = @_;
	open my $fh, '>:raw', $file or die $!;
	print {$fh} $text;
	close $fh or die $!;
	return "file://$file";
}

my @names = (
	'</script><script>document.title="run"</script>', '<svg onload=document.title="run">', "\x{202e}x", 'y' x 10000, 'psql',
	'<img src="http://name.invalid/x" onerror=document.title="run">', '<link rel=preconnect href="https://link.invalid">', '</style><style>@import "http://style.invalid/x";');
write_trail(
	"$dir/trail",
	map {
		my $e = $_;
		(
			record(event => 'session.start', class => 'session', app => $e, ts => '2026-05-04T10:00:00.000000Z'),
			record(event => 'session.auth', class => 'session', user => $e, outcome => 'failure', sqlstate => '28P01', error => $e, ts => '2026-05-04T11:00:00.000000Z'),
			record(class => 'role', command => 'GRANT', superuser => JSON::PP::true, grantees => [$e], query => $e, ts => '2026-05-04T12:00:00.000000Z'),
			record(event => 'config', class => 'config', setting => $e, old_value => $e, new_value => $e, ts => '2026-05-04T12:30:00.000000Z'),
			record(event => 'alert', class => 'alert', reason => $e, ts => '2026-05-04T13:00:00.000000Z'),
			record(outcome => 'failure', sqlstate => '42501', tags => ['pii'], objects => [ { name => $e, tags => ['pii'], denied => JSON::PP::true } ], ts => '2026-05-05T10:00:00.000000Z'),
		)
	} @names);
report('--utc', '-o', "$dir/report.html", "$dir/trail");
my $page = slurp_file("$dir/report.html");

# Names stay text for the browser, too, and the page asks for nothing.
my $dom = browse('--dump-dom', "file://$dir/report.html");
like($dom, qr{<title>Audit report</title>}, 'no name has run as a script');
my $charts = () = $dom =~ /<svg/g;
is($charts, 2, 'the only pictures are the two charts');
is_deeply(asked(), [], 'the page asks the network for nothing');

# Without the policy of the page, it is still nothing that keeps a name from being one.
$page =~ s{<meta http-equiv[^>]*>}{} or die 'the page has no policy';
browse('--dump-dom', write_page("$dir/open.html", $page));
is_deeply(asked(), [], 'nor does it without its Content-Security-Policy');
browse('--dump-dom', write_page("$dir/seen.html", '<img src="http://seen.invalid/x"><link rel=stylesheet href="https://seen-too.invalid/x">'));
is_deeply(asked(), [ 'seen-too.invalid', 'seen.invalid' ], '(a page that does is seen)');

my $axe = slurp_file($ENV{AXE_CORE});
$axe =~ s{</script}{<\\/script}g;
my $run = <<'END';
axe.run(document).then(r => {
	const nodes = list => list.flatMap(v => v.nodes.map(n => v.id + " " + n.html.slice(0, 200) + " " + (n.any[0] || {}).message));
	const found = JSON.stringify({passes: r.passes.length, contrast: (r.passes.find(v => v.id == "color-contrast") || {nodes: []}).nodes.length,
		dark: matchMedia("(prefers-color-scheme: dark)").matches, violations: nodes(r.violations), incomplete: nodes(r.incomplete)});
	document.documentElement.innerHTML = "<body><pre></pre></body>";
	document.querySelector("pre").textContent = "AXE " + btoa(unescape(encodeURIComponent(found))) + " END";
})
END
my $with_axe = $page;
$with_axe =~ s{</body>}{<script>$axe</script><script>$run</script></body>};
my $url = write_page("$dir/axe.html", $with_axe);
foreach my $mode ([ 'light', 'preferredColorScheme=1' ], [ 'dark', 'preferredColorScheme=0' ])
{
	my ($name, $setting) = @$mode;
	my ($found) = browse("--blink-settings=$setting", '--virtual-time-budget=600000', '--dump-dom', $url) =~ /AXE (\S+) END/;
	ok($found, "axe-core has run to its end, $name") or next;
	$found = JSON::PP->new->utf8->decode(MIME::Base64::decode_base64($found));
	is($found->{dark} ? 'dark' : 'light', $name, "in $name colours");
	cmp_ok($found->{passes}, '>=', 20, "rules that pass, $name");
	cmp_ok($found->{contrast}, '>=', 100, "texts with enough contrast, $name");
	is_deeply($found->{violations}, [], "no violation, $name");
	# a cell of a wide table that is half scrolled out of it has the colours of those beside it,
	# and texts of a chart those of the page's texts
	is_deeply([ grep { !/^color-contrast (?:<t[dh].*partially obscured by another element|<text )/s } @{ $found->{incomplete} } ], [], "nothing that axe-core could not decide, $name");
}

browse('--no-pdf-header-footer', "--print-to-pdf=$dir/report.pdf", "file://$dir/report.html");
my $pdf = slurp_file("$dir/report.pdf");
like($pdf, qr/^%PDF-/, 'it prints');
like($pdf, qr{/MediaBox \[0 0 59[45]\S* 84[12]\S*\]}, 'to A4');

done_testing();

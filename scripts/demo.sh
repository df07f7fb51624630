#!/bin/bash
# demo.sh [--installed]: see secaudit at work.  Installs what is missing, builds,
# starts a throw-away server in a temporary directory, lets a few people work with
# it, shows the trail they left, and removes everything again.
#
# --installed shows what is installed on the machine, in the server of PG_CONFIG or
# else in the newest of Debian's that has it, and builds nothing.
# KEEP=1 leaves the server running and says how to reach and how to end it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
keep=${KEEP:-}
installed=no
case ${1:-} in
	--installed) installed=yes ;;
	?*) die "usage: demo.sh [--installed]" ;;
esac

[ $installed = yes ] || scripts/deps.sh build
if [ "$(id -u)" -eq 0 ] && ! id postgres > /dev/null 2>&1; then
	die "The server does not run as root, and there is no user postgres to run it as."
fi

tmp=$(mktemp -d /tmp/secaudit-demo.XXXXXX)
chmod 755 "$tmp"
running=no

finish()
{
	local status=$?
	if [ $running = yes ] && { [ -z "$keep" ] || [ $status -ne 0 ]; }; then
		as_server "$bin/pg_ctl" stop -D "$tmp/data" -m fast > /dev/null 2>&1 || true
	fi
	if [ $status -ne 0 ]; then
		echo "The demo failed; its files are in $tmp" >&2
	elif [ -z "$keep" ]; then
		remove_tree "$tmp"
	fi
}
trap finish EXIT

# A server of the machine; sets bin, and ctl.
find_installed()
{
	local module
	if [ -z "$(command -v "$PG_CONFIG")" ] || [ ! -f "$("$PG_CONFIG" --pkglibdir)/secaudit.so" ]; then
		module=$(find /usr/lib/postgresql -path '*/lib/secaudit.so' 2>/dev/null | sort -V | tail -n 1)
		[ -n "$module" ] || die "secaudit is not installed in a server of this machine; PG_CONFIG names another one"
		PG_CONFIG=${module%/lib/secaudit.so}/bin/pg_config
	fi
	bin=$("$PG_CONFIG" --bindir)
	ctl=$(command -v secauditctl) || ctl=$bin/secauditctl
	say "installed: $("$PG_CONFIG" --version), $("$ctl" --version)"
}

build_copy()
{
	say "building secaudit for $("$PG_CONFIG" --version)"
	quietly "$tmp/build.log" build all
	say "installing it into a private copy of the server (the machine's own stays as it is)"
	stage_server "$tmp/server"
	quietly "$tmp/install.log" build install "$tmp/server"
	bin=$stage_bindir
	ctl=$bin/secauditctl
}

if [ $installed = yes ]; then
	find_installed
else
	build_copy
fi

say "starting a server with shared_preload_libraries = 'secaudit'"
mkdir "$tmp/data" "$tmp/trail" "$tmp/run"
chmod 700 "$tmp/data" "$tmp/trail"
[ "$(id -u)" -ne 0 ] || chown postgres: "$tmp/data" "$tmp/trail" "$tmp/run"
owner=postgres
cd "$tmp"
as_server env LC_ALL=C.UTF-8 "$bin/initdb" -D "$tmp/data" -U $owner -A trust -N \
	--no-instructions > "$tmp/initdb.log" 2>&1 || { cat "$tmp/initdb.log" >&2; exit 1; }
as_server tee -a "$tmp/data/postgresql.conf" > /dev/null <<-CONF
	listen_addresses = ''
	unix_socket_directories = '$tmp/run'
	shared_preload_libraries = 'secaudit'
	secaudit.directory = '$tmp/trail'
	secaudit.node_name = 'shop-db'
	secaudit.log = 'all, -misc, -misc_set'
CONF
as_server tee "$tmp/data/pg_hba.conf" > /dev/null <<-CONF
	local all $owner trust
	local all all scram-sha-256
CONF
as_server "$bin/pg_ctl" start -w -D "$tmp/data" -l "$tmp/data/server.log" > /dev/null ||
	{ tail -n 20 "$tmp/data/server.log" >&2; exit 1; }
running=yes

# as WHO [WHAT SQL]...: one session in which somebody does things; the first line
# of what the server answers to each is shown.
as()
{
	local who=$1 commands=() steps=()
	shift
	while [ $# -gt 0 ]; do
		steps+=("$1")
		commands+=(-c "\\warn @step" -c "$2")
		shift 2
	done
	as_server env -u PGOPTIONS PGPASSWORD="${password:-}" PGAPPNAME="${app:-psql}" \
		"$bin/psql" -X -q -At -h "$tmp/run" -p 5432 -U "$who" -d "${db:-shop}" \
		"${commands[@]}" > "$tmp/answers" 2>&1 < /dev/null || true
	local n=-1 line answers=()
	while read -r line; do
		if [ "$line" = @step ]; then
			n=$((n + 1))
		elif [ -z "${answers[n < 0 ? 0 : n]:-}" ]; then
			answers[n < 0 ? 0 : n]=${line##*FATAL:  }
		fi
	done < "$tmp/answers"
	for n in "${!steps[@]}"; do
		printf '        %-9s %-46s %s%s%s\n' "$who" "${steps[n]}" "$dim" "${answers[n]:-}" "$off"
	done
}

# For secaudit.flush() below; auditing itself needs no extension.
as_server "$bin/psql" -X -q -h "$tmp/run" -p 5432 -U $owner -d postgres \
	-c "CREATE EXTENSION secaudit" > /dev/null
begin=$(date -u '+%F %T.%6N')

say "people at work"
db=postgres as $owner "makes a database" "CREATE DATABASE shop"
as $owner "makes roles, with passwords" \
	"CREATE ROLE web LOGIN PASSWORD 'web-s3cret'; CREATE ROLE intern LOGIN NOINHERIT PASSWORD 'intern-s3cret'; CREATE ROLE payments" \
	"makes a table of card data" \
	"CREATE TABLE card (id int PRIMARY KEY, holder text, pan text)" \
	"makes a function with its owner's rights" \
	"CREATE FUNCTION holder_of(int) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN (SELECT holder FROM card WHERE id = \$1); END'" \
	"grants rights on the table" \
	"GRANT SELECT, INSERT, UPDATE ON card TO web; GRANT SELECT, DELETE ON card TO payments" \
	"lets the intern into payments" \
	"GRANT payments TO intern"
app=webshop password=web-s3cret as web \
	"stores cards" \
	"INSERT INTO card SELECT i, 'customer ' || i, '4111-0000-0000-' || 1000 + i FROM generate_series(1, 20) i" \
	"reads one" "SELECT holder FROM card WHERE id = 7" \
	"changes one" "UPDATE card SET holder = 'Anna B' WHERE id = 7"
password=guess-1 as intern "logs in with a wrong password" "SELECT 1"
password=intern-s3cret as intern \
	"reads the cards" "SELECT * FROM card" \
	"tries another name" "SELECT * FROM cards" \
	"goes through the function" "SELECT holder_of(7)" \
	"takes on a role" "SET ROLE payments" \
	"deletes a card, under a SELECT" \
	"WITH gone AS (DELETE FROM card WHERE id = 13 RETURNING *) SELECT count(*) FROM gone" \
	"goes back" "RESET ROLE" \
	"tries to become superuser" "ALTER ROLE intern SUPERUSER" \
	"tries to drop the table" "DROP TABLE card"
as $owner "is talked into it" "ALTER ROLE intern SUPERUSER PASSWORD 'new-s3cret'"
password=new-s3cret as intern \
	"copies everything away" "COPY card TO '$tmp/data/loot.csv'" \
	"drops the table" "DROP TABLE card"
as_server "$bin/psql" -X -q -h "$tmp/run" -p 5432 -U $owner -d postgres \
	-c "SELECT secaudit.flush()" > /dev/null

trail=("$tmp"/trail/secaudit-*.jsonl)
echo
say "the trail: ${trail[*]}"
echo
as_server env TZ=UTC "$ctl" tail --utc --since "$begin" \
	--event statement,error,session "$tmp/trail"

echo
say "one record as it stands in the file, broken into lines here"
echo
grep -h '"command":"COPY"' "${trail[@]}" | head -n 1 | perl -pe '
	s/("(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\[\]{},:"]+)/push @t, $1; ""/ge;
	$_ = ""; my $depth = 0;
	foreach my $t (@t) {
		$depth-- if $t =~ /^[\]}]$/;
		$_ .= $t;
		$depth++ if $t =~ /^[\[{]$/;
		$_ .= "\n" . "  " if $depth == 1 && $t =~ /^[,{]$/;
		$_ .= " " if $depth > 1 && $t eq "," || $depth >= 1 && $t eq ":";
	}
	$_ = "  $_";
	s/\s*$/\n/'

# Outside of what is removed at the end, for it is there to be looked at.
report=$(mktemp -d "${TMPDIR:-/tmp}/secaudit-report.XXXXXX")/report.html
as_server env TZ=UTC "$ctl" report "$tmp/trail" > "$report"

echo
say "a report of it, for a browser: $report"
if [ -n "$keep" ]; then
	prefix=''
	[ "$(id -u)" -ne 0 ] || prefix='runuser -u postgres -- '
	cat <<-END
		The server is still running. Files: $tmp
		  use it:     $prefix$bin/psql -h $tmp/run -U $owner shop
		  watch it:   $prefix$ctl tail -f $tmp/trail
		  settings:   $tmp/data/postgresql.conf
		  end it:     $prefix$bin/pg_ctl stop -D $tmp/data && rm -r $tmp
	END
else
	as_server "$bin/pg_ctl" stop -D "$tmp/data" -m fast > /dev/null
	running=no
	say "server stopped, $tmp removed; make demo KEEP=1 leaves both in place"
fi

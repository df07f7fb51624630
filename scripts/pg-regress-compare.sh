#!/bin/bash
# pg-regress-compare.sh [TEST...]: does auditing change what PostgreSQL does?
#
# Runs PostgreSQL's own regression suite twice in a private copy of the server,
# once without secaudit and once with it preloaded and everything recorded, and
# prints in what the results differ.  Also checks every line of the trail that
# the second run leaves.  Exit status 0: no difference and a sound trail.
#
# The suite comes from Debian's source package of the installed server (or the
# nearest version of the same major that can be had), through package lists of
# its own: the machine's sources are not touched.  PGSRC=DIR uses an unpacked
# source tree instead.  TEST...: only these, after test_setup.  KEEP=1 keeps the
# results, and BASELINE=DIR takes the first run's from such a directory instead of
# running it again.  About four minutes for all of it on two cores.
#
# PRELOAD sets what is preloaded in the second run, by default secaudit.  MARKS=1 takes a
# rules file, secaudit.role and labels along there (test/server-suite).
#
# A result that cannot be the same is compared with known_difference's words.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/debian-source.sh
top=$PWD
preload=${PRELOAD:-secaudit}

scripts/deps.sh build test
major=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
tmp=$(mktemp -d /tmp/secaudit-suite.XXXXXX)
chmod 755 "$tmp"
trap '[ -n "${KEEP:-}" ] || remove_tree "$tmp"' EXIT

if [ -n "${PGSRC:-}" ]; then
	say "PostgreSQL's source: $PGSRC"
	mkdir "$tmp/source"
	cp -r "$PGSRC/src" "$tmp/source/"
else
	scripts/deps.sh source
	fetch_source "$tmp/sources" "postgresql-$major" \
		"$(dpkg-query -W -f='${source:Version}\n' "postgresql-$major")" ||
		die "could not get the source package of postgresql-$major; set PGSRC to an unpacked source tree"
	say "PostgreSQL's source: Debian's $source_version"
	mv "$tmp/sources/postgresql-$major" "$tmp/source"
fi
suite=$tmp/source/src/test/regress

say "building secaudit and the suite's library"
stage_server "$tmp/server"
quietly "$tmp/build.log" build all
quietly "$tmp/build.log" build install "$tmp/server"
mkdir "$tmp/lib"
gcc -O1 -fPIC -shared -w -I"$("$PG_CONFIG" --includedir-server)" \
	-I"$("$PG_CONFIG" --includedir)" -o "$tmp/lib/regress.so" "$suite/regress.c"
cp "$("$PG_CONFIG" --pkglibdir)"/{autoinc,refint}.so "$tmp/lib/"
pgxs=$(dirname "$("$PG_CONFIG" --pgxs)")/..

schedule=(--schedule="$suite/parallel_schedule")
if [ $# -gt 0 ]; then
	schedule=(test_setup "$@")
fi

# schedule_with_marks: the second run's, with a test more, behind the first, that sets labels.
schedule_with_marks()
{
	if [ ${#schedule[@]} -gt 1 ]; then
		schedule=(test_setup secaudit_marks "${schedule[@]:1}")
	else
		sed 's/^test: test_setup$/&\ntest: secaudit_marks/' "$suite/parallel_schedule" > "$tmp/schedule"
		grep -q '^test: secaudit_marks$' "$tmp/schedule" || die "the schedule has no test_setup"
		schedule=(--schedule="$tmp/schedule")
	fi
	cp test/server-suite/secaudit_marks.sql "$suite/sql/"
	cp test/server-suite/secaudit_marks.out "$suite/expected/"
	cp test/server-suite/rules.json "$tmp/rules.json"
	cat >> "$tmp/with.conf" <<-CONF
		secaudit.rules_file = '$tmp/rules.json'
		secaudit.role = 'pg_read_all_data'
	CONF
}

# known_difference: to be a provider of labels is to be there for SECURITY LABEL without
# FOR.  Where the server has no other, the test wants it to say so; secaudit looks at the
# text then, and the server at the table.  All else in that file has to be the same.
known_difference()
{
	local none='ERROR:  no security label providers have been loaded' file=security_label.out
	[ -f "$tmp/with/results/$file" ] || return 0
	[ "$(grep -cxF "$none" "$tmp/without/results/$file")" = 6 ] || return 0
	diff -U 0 "$tmp/without/results/$file" "$tmp/with/results/$file" |
		sed -nE '4,$s/^([-+])/\1/p' | cmp -s - "test/server-suite/security_label.diff" || return 0
	cp "$tmp/without/results/$file" "$tmp/with/results/$file"
	say "security_label: another provider of labels is there, and no more than that"
}

# suite NAME: one run, with settings from NAME.conf; results go to NAME/.
suite()
{
	local name=$1
	mkdir -p "$tmp/$name"
	cp -r "$suite/sql" "$suite/data" "$suite/expected" "$suite/resultmap" "$tmp/$name/"
	[ "$(id -u)" -ne 0 ] || chown -R postgres: "$tmp/$name"
	as_server env -C "$tmp/$name" -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE -u PGOPTIONS \
		HOME="$tmp/$name" PATH="$stage_bindir:$PATH" "$pgxs/test/regress/pg_regress" \
		--bindir="$stage_bindir" --dlpath="$tmp/lib" --inputdir=. --outputdir=. \
		--temp-instance="$tmp/$name/instance" --temp-config="$tmp/$name.conf" \
		--port=$((20000 + $$ % 20000)) --max-concurrent-tests=20 --no-locale --encoding=UTF8 "${schedule[@]}" \
		> "$tmp/$name.log" 2>&1 < /dev/null || true
	grep -E '^ ?[A-Za-z].* tests? (passed|failed)|All [0-9]+' "$tmp/$name.log" || tail -n 20 "$tmp/$name.log"
}

mkdir "$tmp/trail"
chmod 700 "$tmp/trail"
[ "$(id -u)" -ne 0 ] || chown postgres: "$tmp/trail"
printf '%s\n' "max_prepared_transactions = 2" > "$tmp/without.conf"
cat > "$tmp/with.conf" <<-CONF
	max_prepared_transactions = 2
	shared_preload_libraries = '$preload'
	secaudit.directory = '$tmp/trail'
	secaudit.log = 'all'
	secaudit.log_catalog = on
	${EXTRA_CONF:-}
CONF

if [ -n "${BASELINE:-}" ]; then
	mkdir "$tmp/without"
	cp -r "$BASELINE/without/results" "$tmp/without/"
else
	say "the suite without secaudit"
	suite without
fi
[ -z "${MARKS:-}" ] || schedule_with_marks
say "the suite with shared_preload_libraries = '$preload', secaudit.log = 'all'${MARKS:+, rules and labels}"
suite with
if [ -n "${MARKS:-}" ]; then
	cmp "$suite/expected/secaudit_marks.out" "$tmp/with/results/secaudit_marks.out" || die "labels could not be set"
	rm "$tmp/with/results/secaudit_marks.out"
fi
known_difference

say "comparing the results"
# Timings, process and object numbers that no two runs share are not results.
status=0
diff -r -U 2 "$tmp/without/results" "$tmp/with/results" > "$tmp/difference" || status=1
if [ $status -eq 0 ]; then
	say "${green}no difference${off} in $(find "$tmp/with/results" -name '*.out' | wc -l) result files"
else
	say "${red}$(grep -c '^diff ' "$tmp/difference") of $(find "$tmp/with/results" -name '*.out' | wc -l) result files differ${off}"
	cat "$tmp/difference"
fi
if grep -E 'TRAP|PANIC|terminated by signal' "$tmp"/with/log/postmaster.log; then
	status=1
fi

say "checking the trail"
cat "$tmp"/trail/secaudit-*.jsonl | "$top/scripts/validate-records" - || status=1
[ -z "${KEEP:-}" ] || say "kept: $tmp"
exit $status

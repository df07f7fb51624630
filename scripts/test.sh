#!/bin/bash
# test.sh [--installed] PART...: run tests; parts: unit asan valgrind regress tap
# budget, or all
#
# all     installs what is missing, builds, runs everything, ends with a summary
# --installed   regress and tap use the extension of the server of PG_CONFIG as
#         `make install` left it; otherwise it is built and installed into a
#         private copy of that server, and nothing on the machine changes
#
# Everything lives in one temporary directory, servers are reached through
# sockets in it, so that two runs do not meet.  A failed run keeps it.
# PROVE_TESTS, PROVE_FLAGS and REGRESS choose and tune, see the Makefile.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

installed=no parts=()
for arg; do
	case $arg in
		--installed) installed=yes ;;
		all) parts=(unit asan valgrind regress tap budget); scripts/deps.sh build test budget ;;
		unit|asan|valgrind|regress|tap|budget) parts+=("$arg") ;;
		*) die "test.sh: unknown part \"$arg\" (there are: unit asan valgrind regress tap budget all)" ;;
	esac
done

if [ "$(id -u)" -eq 0 ] && ! id postgres > /dev/null 2>&1; then
	die "The server does not run as root, and there is no user postgres to run it as."
fi

tmp=$(mktemp -d /tmp/secaudit-test.XXXXXX)
summary=$tmp/summary
: > "$summary"
passed=0 failed=0

finish()
{
	local status=$?
	end_volumes
	end_readers
	if [ $status -eq 0 ] && [ $failed -eq 0 ]; then
		remove_tree "$tmp"
	else
		echo "Logs and data of the failed tests: $tmp" >&2
	fi
}
trap finish EXIT

# count NAME PASSED FAILED: one line of the summary.
count()
{
	printf '%-22s %5d passed, %d failed\n' "$1" "$2" "$3" >> "$summary"
	passed=$((passed + $2))
	failed=$((failed + $3))
}

# A line `97%: Checks: 30, Failures: 1, Errors: 0` per suite runner; a runner
# that ends otherwise than check does (a crash, a sanitizer) counts as failed.
run_unit()
{
	local name=$1 target=$2 log=$tmp/$2.log status=0 good bad
	if [ -z "$(find test/unit -name '*.c' 2>/dev/null)" ]; then
		return
	fi
	say "$name"
	"$MAKE" --no-print-directory "$target" PG_CONFIG="$PG_CONFIG" \
		COPT_DEV="$COPT_DEV" > "$log" 2>&1 < /dev/null || status=$?
	bad=$(sed -nE 's/^.*Checks: [0-9]+, Failures: ([0-9]+), Errors: ([0-9]+).*$/\1 \2/p' "$log" |
		awk '{ n += $1 + $2 } END { print n + 0 }')
	good=$(sed -nE 's/^.*Checks: ([0-9]+), Failures.*$/\1/p' "$log" |
		awk '{ n += $1 } END { print n + 0 }')
	good=$((good - bad))
	if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
	fi
	if [ $status -ne 0 ] || [ "$good" -eq 0 ]; then
		tail -n 60 "$log"
	else
		grep 'Checks:' "$log"
	fi
	count "$name" "$good" "$bad"
}

# The server's user can read neither this directory (a clone under /root) nor
# write to it, so the tests run from a copy.
prepare_server()
{
	[ -z "${bindir:-}" ] || return 0
	if [ $installed = yes ]; then
		bindir=$("$PG_CONFIG" --bindir)
		[ -f "$("$PG_CONFIG" --pkglibdir)/secaudit.so" ] ||
			die "secaudit is not installed in this server; run: make install PG_CONFIG=$PG_CONFIG"
	else
		say "installing into a private copy of $("$PG_CONFIG" --version)"
		stage_server "$tmp/server"
		quietly "$tmp/install.log" build install "$tmp/server"
		bindir=$stage_bindir
	fi
	mkdir "$tmp/run" "$tmp/home"
	local dir
	for dir in sql expected src t docs profiles scripts test bench; do
		[ -d "$dir" ] && cp -r "$dir" "$tmp/run/"
	done
	chmod -R a+rX "$tmp"
	[ "$(id -u)" -ne 0 ] || chown -R postgres: "$tmp/run" "$tmp/home"
	pgxs=$(dirname "$("$PG_CONFIG" --pgxs)")/..
	server_env=(
		env -C "$tmp/run" -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE
		-u PGDATA -u PGOPTIONS -u PGSERVICE -u PGPASSFILE -u LC_ALL
		HOME="$tmp/home" LANG=C.UTF-8 PATH="$bindir:$PATH"
		SERVER_HEADERS="$("$PG_CONFIG" --includedir-server)"
	)
}

run_regress()
{
	local tests=() log=$tmp/regress.log good bad status=0
	if [ -n "${REGRESS:-}" ]; then
		read -ra tests <<< "$REGRESS"
	else
		mapfile -t tests < <(find sql -name '*.sql' -printf '%f\n' 2>/dev/null | sed 's/\.sql$//' | LC_ALL=C sort)
	fi
	if [ ${#tests[@]} -eq 0 ]; then
		return
	fi
	prepare_server
	say "SQL tests (pg_regress)"
	as_server "${server_env[@]}" "$pgxs/test/regress/pg_regress" \
		--bindir="$bindir" --inputdir=. --outputdir=. \
		--temp-instance=tmp_regress --temp-config=sql/secaudit.conf \
		--encoding=UTF8 --no-locale --dbname=contrib_regression \
		"${tests[@]}" 2>&1 < /dev/null | tee "$log" |
		grep --line-buffered -E '^(test|ok|not ok) ' || true
	status=${PIPESTATUS[0]}
	# from 16 on it prints TAP
	good=$(grep -cE '^(test .* ok( |$)|ok [0-9]+ )' "$log" || true)
	bad=$(grep -cE '^(test .* FAILED|not ok [0-9]+ )' "$log" || true)
	if [ "$((good + bad))" -ne ${#tests[@]} ]; then
		tail -n 30 "$log"
		bad=$((${#tests[@]} - good))
	fi
	if [ "$bad" -gt 0 ]; then
		head -n 300 "$tmp/run/regression.diffs" 2>/dev/null || true
	fi
	[ "$status" -ge 0 ]
	count "SQL tests" "$good" "$bad"
}

# The tests get a small file system at $tmp/small, and one at $tmp/frozen that
# can be frozen, in a mount namespace that goes away with them.  Where root may
# not mount, a test finds its own way, or is skipped.
prepare_volumes()
{
	local small=$tmp/small frozen=$tmp/frozen mounts
	[ "$(id -u)" -eq 0 ] || return 0
	mkdir -p "$small" "$frozen" "$tmp/memory"
	mounts="mount -t tmpfs -o size=8m,mode=0700,uid=$(id -u postgres) none $small"
	unshare --mount sh -ec "$mounts" 2>/dev/null || return 0
	mounts="$mounts; export SECAUDIT_SMALL_VOLUME=$small"
	if unshare --mount sh -ec "$(mounts_of_frozen); fsfreeze -f $frozen; fsfreeze -u $frozen" > /dev/null 2>&1; then
		mkfifo "$frozen.order"
		chown postgres: "$frozen.order"
		mounts="$mounts; $(mounts_of_frozen)"
		mounts="$mounts; scripts/freezer.sh $frozen > /dev/null 2>&1 < /dev/null &"
		mounts="$mounts export SECAUDIT_FROZEN_VOLUME=$frozen"
	fi
	as_server_under=(unshare --mount sh -ec "$mounts; exec \"\$@\"" sh)
}

# Its image is in memory: to freeze is to sync, and a busy disk of the machine
# can make that take a minute.
mounts_of_frozen()
{
	local image=$tmp/memory/frozen.img
	echo "mount -t tmpfs -o size=80m none $tmp/memory; truncate -s 64M $image;" \
		"mkfs.ext4 -q -E root_owner=$(id -u postgres):$(id -g postgres) $image;" \
		"mount -o loop $image $tmp/frozen"
}

# Its freezer ends, and thaws what a test may have left frozen.
end_volumes()
{
	as_server_under=()
	[ -p "$tmp/frozen.order" ] || return 0
	timeout 10 sh -c "echo end > $tmp/frozen.order" || true
	rm -f "$tmp/frozen.order"
}

# Trails for a group are read by users of their own, whom a process of root's
# impersonates (t/lib/SecauditReader.pm).  The tests' user gets into a group for
# that; users and groups are numbers that the machine does not know.
prepare_readers()
{
	local readers=$tmp/readers group=64100 strange=64199 groups
	[ "$(id -u)" -eq 0 ] || return 0
	groups=$(id -G postgres | tr ' ' ,),$group
	setpriv --reuid=postgres --regid=postgres --groups="$groups" true 2>/dev/null || return 0
	as_server_user=(setpriv --reuid=postgres --regid=postgres --groups="$groups" --)
	mkdir "$readers" "$readers"/{ours,strange,strange-setgid}
	mkfifo "$readers/order"
	chown postgres: "$readers" "$readers/order"
	chown postgres:$group "$readers/ours"
	chown postgres:$strange "$readers"/strange*
	chmod 0755 "$readers"
	chmod 0750 "$readers"/{ours,strange}
	chmod 2750 "$readers/strange-setgid"
	scripts/as-reader.sh "$readers" > "$tmp/as-reader.log" 2>&1 < /dev/null &
	server_env+=(SECAUDIT_READERS="$readers")
}

end_readers()
{
	[ -p "$tmp/readers/order" ] || return 0
	timeout 10 sh -c "echo end > $tmp/readers/order" || true
	rm -f "$tmp/readers/order"
}

# The files of t/, those that take longest first, so that two jobs end together.
slowest='048_kill 020_client_pgbench 030_long_details 041_write_faults 042_on_failure
	042_full_volume 022_client_pg_dump 041_killed_after_sync 012_secauditctl_verify'
list_tap()
{
	local name
	{
		for name in $slowest; do
			[ ! -f "t/$name.pl" ] || echo "t/$name.pl"
		done
		find t -maxdepth 1 -name '*.pl' 2>/dev/null | LC_ALL=C sort
	} | awk '!seen[$0]++'
}

run_tap()
{
	local tests=() flags=() log=$tmp/tap.log good bad
	if [ -n "${PROVE_TESTS:-}" ]; then
		read -ra tests <<< "$PROVE_TESTS"
	else
		mapfile -t tests < <(list_tap)
	fi
	if [ ${#tests[@]} -eq 0 ]; then
		return
	fi
	read -ra flags <<< "${PROVE_FLAGS:--j2}"
	prepare_server
	say "TAP tests (prove): ${#tests[@]} files"
	mkdir -p "$tmp/run/tmp_check"
	[ "$(id -u)" -ne 0 ] || chown postgres: "$tmp/run/tmp_check"
	prepare_volumes
	prepare_readers
	as_server "${server_env[@]}" PG_TEST_PORT_DIR="$tmp/run/portlock" \
		PG_REGRESS="$pgxs/test/regress/pg_regress" \
		TESTDIR="$tmp/run" TESTDATADIR="$tmp/run/tmp_check" \
		TESTLOGDIR="$tmp/run/tmp_check/log" \
		prove -I "$pgxs/test/perl" -I t/lib "${flags[@]}" "${tests[@]}" \
		2>&1 < /dev/null | tee "$log" || true
	end_volumes
	end_readers
	# Tests=N counts what ran; the report names failed subtests per file, and
	# files that died or whose plan was not met without any.
	bad=$(sed -nE 's/^t\/.*\(Wstat: ([0-9]+).* Tests: [0-9]+ Failed: ([0-9]+)\)$/\1 \2/p' "$log" |
		awk '{ n += ($2 > 0) ? $2 : 1 } END { print n + 0 }')
	good=$(sed -nE 's/^Files=[0-9]+, Tests=([0-9]+),.*$/\1/p' "$log")
	good=${good:-0}
	good=$((good > bad ? good - bad : 0))
	if ! grep -q '^Result: PASS' "$log" && [ "$bad" -eq 0 ]; then
		bad=1
	fi
	# a test that bails out ends the run, and prove calls what ran till then a success
	if ! grep -q "^Files=${#tests[@]}," "$log"; then
		say "not all of the ${#tests[@]} files were run"
		bad=$((bad + 1))
	fi
	if [ "$bad" -gt 0 ]; then
		show_failed_tap "$log"
	fi
	count "TAP tests" "$good" "$bad"
	name_failed_tap "$log"
}

has_assertions()
{
	grep -qsx '#define USE_ASSERT_CHECKING 1' "$("$PG_CONFIG" --includedir-server)/pg_config.h"
}

# A server built with --enable-cassert ends with a line in its log when it finds
# itself wrong.  A test that kills servers on purpose may not notice.
count_failed_assertions()
{
	local traps
	has_assertions || return 0
	traps=$(grep -rhs --include='*.log' '^TRAP: ' "$tmp/run" | sort | uniq -c || true)
	if [ -z "$traps" ]; then
		count "the server's assertions" 1 0
	else
		echo "$traps"
		count "the server's assertions" 0 "$(wc -l <<< "$traps")"
	fi
}

# Each figure of bench/budget/NN is a test: instructions, which a busy machine
# does not change.
run_budget()
{
	local log=$tmp/budget.log good bad status=0
	if has_assertions; then
		say "no instruction budget: this server was built with assertions"
		return
	fi
	prepare_server
	say "instruction budget (callgrind)"
	mkdir -p "$tmp/run/budget"
	[ "$(id -u)" -ne 0 ] || chown postgres: "$tmp/run/budget"
	as_server "${server_env[@]}" BENCH_BINDIR="$bindir" BENCH_TMP="$tmp/run/budget" \
		PYTHONDONTWRITEBYTECODE=1 python3 bench/budget.py > "$log" 2>&1 < /dev/null || status=$?
	cat "$log"
	bad=$(grep -cE 'OVER BUDGET$|NOT MEASURED$' "$log" || true)
	good=$(awk '$3 ~ /^[0-9]+$/ && NF == 3' "$log" | wc -l)
	if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
	fi
	count "instruction budget" "$good" "$bad"
}

# The failures by name under the summary's line: the end of a log is often all
# that is kept of it.
name_failed_tap()
{
	sed -nE 's/^t\/([^ ]*)\.pl .*\(Wstat.*$/\1/p' "$1" | while read -r test; do
		echo "    t/$test.pl" >> "$summary"
		grep -hE '\) not ok [0-9]+|\) # .*(exited|died|planned)|^[^[#].* at .* line [0-9]+\.$' \
			"$tmp/run/tmp_check/log/regress_log_$test" 2>/dev/null |
			head -n 8 | cut -c 1-200 | sed 's/^/        /' >> "$summary" || true
	done
}

show_failed_tap()
{
	local test log
	sed -nE 's/^t\/([^ ]*)\.pl .*\(Wstat.*$/\1/p' "$1" | while read -r test; do
		log=$tmp/run/tmp_check/log/regress_log_$test
		echo "--- the end of $log"
		tail -n 60 "$log" 2>/dev/null || true
	done
}

if [ ${#parts[@]} -eq 0 ]; then
	die "usage: test.sh [--installed] PART...; parts: unit asan valgrind regress tap budget all"
fi
say "building"
quietly "$tmp/build.log" build all
for part in "${parts[@]}"; do
	case $part in
		unit) run_unit "unit tests" unit ;;
		asan) run_unit "unit tests, sanitized" unit-asan ;;
		valgrind) run_unit "unit tests, valgrind" unit-valgrind ;;
		regress) run_regress ;;
		tap) run_tap ;;
		budget) run_budget ;;
	esac
done
[ ! -d "$tmp/run" ] || count_failed_assertions

say "done"
echo
cat "$summary"
color=$green
[ $failed -eq 0 ] || color=$red
[ -z "$color" ] || printf '%s' "$color"
printf '%d passed, %d failed' "$passed" "$failed"
printf '%s\n' "$off"
[ $failed -eq 0 ] && [ $passed -gt 0 ]

#!/bin/bash
# suites-compare.sh [NAME...]: does auditing change what other code does?
#
# Runs test suites twice in a private copy of the server, without secaudit and
# with it preloaded and everything recorded, and prints in what the results
# differ: the suites of PostgreSQL's own source that pg-regress-compare.sh
# leaves out (contrib, procedural languages, isolation, test modules, and the
# TAP suites recovery and subscription), and those of packaged extensions that
# hook into the server or work in the background.  Each trail that the second
# runs leave is checked line by line and by `secauditctl verify`.
#
# NAME...: only these, as --list names them.  Exit status 0: no difference, no
# crash, every trail sound.  KEEP=1 keeps results and trails.  Suites whose
# source or package cannot be had are named and left out.  About an hour for
# all of it on two cores; results in docs/coverage.md.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/debian-source.sh
top=$PWD

# Extensions, built from Debian's source: name, source package, what to preload
# beside secaudit, settings.
extensions='
pg_cron        pg-cron             pg_cron            cron.database_name=contrib_regression
pgextwlist     pgextwlist          pgextwlist         -
set_user       postgresql-set-user set_user           -
periods        postgresql-periods  -                  -
pg_repack      pg-repack           -                  -
pg_squeeze     pg-squeeze          pg_squeeze         wal_level=logical
plpgsql_check  plpgsql-check       -                  -
pgtap          pgtap               -                  -
pglogical      pglogical           pglogical          wal_level=logical,track_commit_timestamp=on
pg_hint_plan   pg-hint-plan        pg_hint_plan       -
orafce         orafce              -                  -
plprofiler     plprofiler          plprofiler         -
pg_partman     pg-partman          pg_partman_bgw     -
ip4r           ip4r                -                  -
semver         postgresql-semver   -                  -
prefix         prefix              -                  -
pg_qualstats   pg-qualstats        pg_qualstats       -
hypopg         hypopg              -                  -
'
languages='plpgsql:plpgsql/src plperl:plperl plpython:plpython pltcl:tcl'
taps='recovery subscription'

major=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
tmp=$(mktemp -d /tmp/secaudit-suite.XXXXXX)
chmod 755 "$tmp"
trap '[ -n "${KEEP:-}" ] || remove_tree "$tmp"' EXIT
pgxs=$(dirname "$("$PG_CONFIG" --pgxs)")/..
status=0
: > "$tmp/table"

own()
{
	[ "$(id -u)" -ne 0 ] || chown -R postgres: "$@"
}

# variable DIR NAME: the value that a Makefile gives a variable, by make itself
# where it is one for PGXS, else as it is written.
variable()
{
	local dir=$1 name=$2
	# shellcheck disable=SC2016 # make expands it
	printf 'include Makefile\nsecaudit-show:\n\t@echo "$(%s)"\n' "$name" > "$dir/.show.mk"
	"$MAKE" -s -C "$dir" -f .show.mk USE_PGXS=1 PG_CONFIG="$PG_CONFIG" secaudit-show 2>/dev/null ||
		sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$dir/Makefile" |
			sed -nE "s/^${name}[ \t]*[+:]?=//p" | paste -sd ' '
}

# configuration FILE WITH PRELOAD SETTINGS SUITE_CONF
configuration()
{
	local file=$1 with=$2 preload=$3 settings=$4 suite_conf=$5 library
	echo "$server_settings" > "$file"
	if [ -f "$suite_conf" ]; then
		library=$(sed -nE "s/^shared_preload_libraries *=? *'?([^']*)'?.*/\1/p" "$suite_conf")
		[ -z "$library" ] || preload=$library
		grep -v '^shared_preload_libraries' "$suite_conf" >> "$file" || true
	fi
	[ "$preload" != - ] || preload=
	[ "$settings" = - ] || tr ',' '\n' <<< "$settings" >> "$file"
	if [ "$with" = with ]; then
		preload=secaudit${preload:+,$preload}
		printf '%s\n' "secaudit.directory = '$trail'" "secaudit.log = 'all'" \
			"secaudit.log_catalog = on" >> "$file"
	fi
	[ -z "$preload" ] || echo "shared_preload_libraries = '$preload'" >> "$file"
}

# judge NAME TRAILS...: compare $tmp/run/NAME/{without,with}/results, look for
# crashes, check the trails, add a line to the table.
judge()
{
	local name=$1 run=$tmp/run/$1 verdict=same lines files
	shift
	files=$(find "$run/with/results" -type f 2>/dev/null | wc -l)
	# WAL positions are no results: the trail's own messages are in the WAL, too
	find "$run"/with*/results -type f -exec sed -i -E 's#\b[0-9A-F]{1,8}/[0-9A-F]{6,8}\b#LSN#g' {} +
	if ! diff -r -U 2 "$run/without/results" "$run/with/results" > "$run/difference" 2>&1; then
		verdict=DIFFERENT
		head -n 60 "$run/difference"
	fi
	if grep -rlE 'TRAP:|PANIC:|was terminated by signal (11|6|7)' "$run/with" --include='*.log' \
		> "$run/crashes" 2>/dev/null && ! grep -rqE 'TRAP:|was terminated by signal (11|6|7)' \
		"$run/without" --include='*.log' 2>/dev/null; then
		verdict=CRASH
		cat "$run/crashes"
	fi
	lines=$(find "$@" -name 'secaudit-*.jsonl' -exec cat {} + 2>/dev/null | wc -l)
	if [ "$lines" -gt 0 ]; then
		find "$@" -name 'secaudit-*.jsonl' -exec cat {} + |
			"$top/scripts/validate-records" - > "$run/validation" 2>&1 || {
			verdict="BROKEN LINES"
			head -n 20 "$run/validation"
		}
		while read -r trail_dir; do
			"$top/secauditctl" verify "$trail_dir" > "$run/verify" 2>&1 || {
				verdict="VERIFY FAILS"
				head -n 20 "$run/verify"
			}
		done < <(find "$@" -name 'secaudit-*.jsonl' -printf '%h\n' | sort -u)
	else
		verdict="NO TRAIL"
	fi
	[ "$verdict" = same ] || status=1
	[ "$files" -gt 0 ] || verdict="NO RESULTS"
	printf '%-28s %5d files %8d lines  %s\n' "$name" "$files" "$lines" "$verdict" | tee -a "$tmp/table"
	[ -n "${KEEP:-}" ] || rm -rf "$run"
}

# regress NAME DIR TESTS PRELOAD SETTINGS OPTIONS: with pg_regress.
regress()
{
	local name=$1 dir=$2 tests=$3 preload=$4 settings=$5 options=$6 program=${7:-$pgxs/test/regress/pg_regress}
	local with out suite_conf test_list=() option_list=()
	read -ra test_list <<< "$tests"
	[ ${#test_list[@]} -gt 0 ] || return 0
	# what a suite sets for its server becomes a part of ours
	options=$(sed -E 's#\$\(top_(src|build)dir\)#'"$source"'#g; s#\$\([a-z_]*\)##g' <<< "$options")
	suite_conf=$(sed -nE 's/.*--temp-config[= ]*([^ ]+).*/\1/p' <<< "$options")
	options=$(sed -E 's/--temp-config[= ]*[^ ]+//; s/--dbname=[^ ]*//; s/--dlpath=[^ ]+//; s/--(use-existing|temp-instance[= ]*[^ ]+)//g' <<< "$options")
	read -ra option_list <<< "$options"
	for with in without with; do
		out=$tmp/run/$name/$with
		mkdir -p "$out"
		cp -r "$dir/." "$out/"
		rm -rf "$out/results"
		trail=$out/trail
		mkdir -m 700 "$trail"
		configuration "$out/server.conf" $with "$preload" "$settings" "$suite_conf"
		own "$out"
		as_server env -C "$out" -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE -u PGOPTIONS \
			HOME="$out" PATH="$stage_bindir:$PATH" "$program" \
			--bindir="$stage_bindir" --dlpath="$tmp/lib" --inputdir=. --outputdir=. \
			--temp-instance="$out/instance" --temp-config="$out/server.conf" \
			--port=$((20000 + $$ % 20000)) --no-locale --encoding=UTF8 \
			--dbname=contrib_regression "${option_list[@]}" "${test_list[@]}" \
			> "$out/regress.out.log" 2>&1 < /dev/null || true
		rm -rf "$out/instance/data"
	done
	judge "$name" "$tmp/run/$name/with/trail"
}

# tap NAME DIR: PostgreSQL's TAP suites; a result is a test's name and verdict.
tap()
{
	local name=$1 dir=$2 with out file
	for with in without with; do
		out=$tmp/run/$name/$with
		mkdir -p "$out/results" "$out/tmp_check"
		cp -r "$dir/." "$out/"
		trail=secaudit
		configuration "$out/server.conf" $with - - ''
		own "$out"
		for file in "$out"/t/*.pl; do
			file=t/${file##*/}
			as_server env -C "$out" -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE -u PGOPTIONS \
				HOME="$out" PATH="$stage_bindir:$PATH" TEMP_CONFIG="$out/server.conf" \
				TESTDIR="$out" TESTDATADIR="$out/tmp_check" TESTLOGDIR="$out/tmp_check/log" \
				PG_REGRESS="$pgxs/test/regress/pg_regress" REGRESS_SHLIB="$tmp/lib/regress.so" \
				PG_TEST_TIMEOUT_DEFAULT=180 timeout 900 \
				perl -I "$pgxs/test/perl" -I "$out" "$file" > "$out/out" 2> "$out/err" < /dev/null || true
			# a plan that skips says so; numbers of processes and ports are no results
			grep -E '^(not )?ok |^1\.\.' "$out/out" | sed -E 's/[0-9]{4,}/N/g' > "$out/results/${file##*/}.out"
		done
	done
	judge "$name" "$tmp/run/$name/with/tmp_check"
}

core_source()
{
	if [ -n "${PGSRC:-}" ]; then
		source=$PGSRC
		return
	fi
	fetch_source "$tmp/sources" "postgresql-$major" \
		"$(dpkg-query -W -f='${source:Version}\n' "postgresql-$major")" ||
		die "could not get the source package of postgresql-$major; set PGSRC to an unpacked source tree"
	source=$tmp/sources/postgresql-$major
	say "PostgreSQL's source: Debian's $source_version"
}

wanted()
{
	[ ${#names[@]} -eq 0 ] || [[ " ${names[*]} " == *" $1 "* ]]
}

run_contrib()
{
	local dir name
	for dir in "$source"/contrib/*/; do
		name=contrib/$(basename "$dir")
		wanted "$name" || continue
		[ -f "$dir/Makefile" ] || continue
		regress "$name" "$dir" "$(variable "$dir" REGRESS)" - - "$(variable "$dir" REGRESS_OPTS)"
		regress "$name-isolation" "$dir" "$(variable "$dir" ISOLATION)" - - \
			"$(variable "$dir" ISOLATION_OPTS)" "$pgxs/test/isolation/pg_isolation_regress"
	done
}

run_modules()
{
	local dir name
	for dir in "$source"/src/test/modules/*/; do
		name=modules/$(basename "$dir")
		wanted "$name" || continue
		[ -n "$(variable "$dir" REGRESS)$(variable "$dir" ISOLATION)" ] || continue
		if ! "$MAKE" -C "$dir" USE_PGXS=1 PG_CONFIG="$PG_CONFIG" with_llvm=no all install \
			DESTDIR="$tmp/server" > "$tmp/module.log" 2>&1; then
			printf '%-28s does not build outside its tree\n' "$name" | tee -a "$tmp/table"
			continue
		fi
		regress "$name" "$dir" "$(variable "$dir" REGRESS)" - - "$(variable "$dir" REGRESS_OPTS)"
		regress "$name-isolation" "$dir" "$(variable "$dir" ISOLATION)" - - \
			"$(variable "$dir" ISOLATION_OPTS)" "$pgxs/test/isolation/pg_isolation_regress"
	done
}

run_languages()
{
	local pair dir name language
	for pair in $languages; do
		language=${pair%%:*}
		name=pl/$language
		dir=$source/src/pl/${pair#*:}
		wanted "$name" || continue
		[ -f "$stage_libdir/$language.so" ] || [ -f "$stage_libdir/${language}3.so" ] || {
			printf '%-28s is not installed\n' "$name" | tee -a "$tmp/table"
			continue
		}
		regress "$name" "$dir" "$(variable "$dir" REGRESS)" - - \
			"--load-extension=${language/plpython/plpython3u}"
	done
}

run_isolation()
{
	local dir=$source/src/test/isolation
	! wanted isolation || regress isolation "$dir" \
		"$(sed -n 's/^test: //p' "$dir/isolation_schedule" | paste -sd ' ')" - max_prepared_transactions=5 '' \
		"$pgxs/test/isolation/pg_isolation_regress"
}

run_taps()
{
	local name
	for name in $taps; do
		! wanted "$name" || tap "$name" "$source/src/test/$name"
	done
}

run_extensions()
{
	local name package preload settings dir found_version
	while read -r name package preload settings; do
		[ -n "$name" ] || continue
		wanted "ext/$name" || continue
		if ! fetch_source "$tmp/sources" "$package" && ! fetch_newer_source "$tmp/sources" "$package"; then
			printf '%-28s its source cannot be had\n' "ext/$name" | tee -a "$tmp/table"
			continue
		fi
		found_version=$source_version
		dir=$tmp/sources/$package
		if ! "$MAKE" -C "$dir" PG_CONFIG="$PG_CONFIG" USE_PGXS=1 with_llvm=no all install \
			DESTDIR="$tmp/server" > "$tmp/$name.build.log" 2>&1; then
			printf '%-28s %s does not build: %s\n' "ext/$name" "$found_version" \
				"$(grep -m1 -E 'error|Error' "$tmp/$name.build.log" | cut -c 1-80)" | tee -a "$tmp/table"
			continue
		fi
		say "$name $found_version"
		regress "ext/$name" "$dir" "$(variable "$dir" REGRESS)" "$preload" "$settings" \
			"$(variable "$dir" REGRESS_OPTS)"
	done <<< "$extensions"
}

if [ "${1:-}" = --list ]; then
	printf '%s\n' 'contrib/NAME' 'modules/NAME' 'pl/NAME' isolation recovery subscription
	awk 'NF { print "ext/" $1 }' <<< "$extensions"
	exit 0
fi
names=("$@")
scripts/deps.sh build test
core_source
say "building secaudit"
stage_server "$tmp/server"
stage_libdir=$tmp/server$("$PG_CONFIG" --pkglibdir)
quietly "$tmp/build.log" build all
quietly "$tmp/build.log" build install "$tmp/server"
mkdir "$tmp/lib"
gcc -O1 -fPIC -shared -w -I"$("$PG_CONFIG" --includedir-server)" \
	-I"$("$PG_CONFIG" --includedir)" -o "$tmp/lib/regress.so" "$source/src/test/regress/regress.c"
cp "$stage_libdir"/{autoinc,refint}.so "$tmp/lib/"
chmod -R a+rX "$tmp"

# what minor releases added since the source's tests were written
server_settings=
as_server "$stage_bindir/postgres" --describe-config > "$tmp/describe-config"
if grep -q '^output_plugin_libraries' "$tmp/describe-config"; then
	server_settings="output_plugin_libraries = 'test_decoding, pgoutput, pglogical_output'"
fi

run_contrib
run_languages
run_isolation
run_modules
run_extensions
run_taps

echo
cat "$tmp/table"
[ -z "${KEEP:-}" ] || say "kept: $tmp"
exit $status

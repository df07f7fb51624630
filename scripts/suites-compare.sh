#!/bin/bash
# suites-compare.sh [NAME...]: does auditing change what other code does?
#
# Runs test suites twice in a private copy of the server, without secaudit and with it
# preloaded and everything recorded, and prints in what the results differ: the suites of
# PostgreSQL's own source that pg-regress-compare.sh leaves out (contrib, procedural
# languages, isolation, test modules, and the TAP files of recovery and subscription), and
# packaged extensions that hook into the server or work in the background, with the tests
# of their source where that can be had (ext/), and with the work in test/suites/NAME.sql
# as Debian builds them (deb/).  Each trail that the second runs leave is checked line by
# line and by `secauditctl verify`.  A suite that differs runs a third time, without
# secaudit: if the same files differ then, too, the suite varies by itself.
#
# NAME...: only these, as --list names them; patterns are possible ('contrib/*').  Exit
# status 0: no difference, no crash, every trail sound.  KEEP=1 keeps results and trails
# (a gigabyte and more for all of it).
#
# Needs what `make test` needs, and the Debian package archive; PGSRC=DIR is an unpacked
# PostgreSQL source (nothing in it has to be built).  What cannot be had is named and left
# out.  A small suite takes a quarter of a minute on an idle core, a TAP file several: all
# of it is hours.  Several of these may run side by side; start pieces of it in the
# background, with nice(1).  Results in docs/coverage.md.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/debian-source.sh

# Extensions as Debian's packages hold them, with the work in test/suites/NAME.sql:
# name, what to preload behind secaudit, settings, packages (postgresql-NN- before each).
# @ is secaudit's place where it cannot be the first: plprofiler 4.2.1 seems not to call the
# shmem_request_hook of those before it (with pg_stat_statements the server does not
# start either).
packages="
pg_cron           pg_cron            cron.database_name=contrib_regression;cron.use_background_workers=on;max_worker_processes=20 cron
pgextwlist        pgextwlist         extwlist.extensions='hstore,citext' pgextwlist
set_user          set_user           set_user.superuser_allowlist='suite_admin';set_user.block_log_statement=on set-user
plpgsql_check     plpgsql,plpgsql_check - plpgsql-check
hypopg            hypopg             - hypopg
pg_qualstats      pg_qualstats       pg_qualstats.sample_rate=1;pg_qualstats.track_constants=on pg-qualstats
pg_stat_kcache    pg_stat_statements,pg_stat_kcache pg_stat_statements.track=all;pg_stat_statements.track_planning=on;pg_stat_kcache.track=all pg-stat-kcache
pg_wait_sampling  pg_wait_sampling   pg_wait_sampling.history_period=10;pg_wait_sampling.profile_period=10 pg-wait-sampling
powa              pg_stat_statements,pg_stat_kcache,pg_qualstats,pg_wait_sampling,powa powa.database=contrib_regression;powa.frequency=5s;track_functions=all powa pg-qualstats pg-stat-kcache pg-wait-sampling
pgaudit           pgaudit            - pgaudit
plprofiler        plprofiler,@       - plprofiler
pldebugger        plugin_debugger    - pldebugger
pg_partman        pg_partman_bgw     pg_partman_bgw.dbname=contrib_regression;pg_partman_bgw.interval=3 partman
bgw_replstatus    bgw_replstatus     bgw_replstatus.port=@PORT@ bgw-replstatus
pgl_ddl_deploy    pglogical          wal_level=logical;track_commit_timestamp=on pgl-ddl-deploy pglogical
pg_repack         -                  - repack
orafce            orafce             - orafce
periods           -                  - periods
pgtap             -                  - pgtap
table_log         -                  - tablelog
rum               -                  - rum
pg_track_settings -                  - pg-track-settings
"

# Extensions with the tests of their own source, built for the server that is here:
# name, source package, what to preload, settings.
extensions='
pg_cron        pg-cron             pg_cron            cron.database_name=contrib_regression
pgextwlist     pgextwlist          pgextwlist         -
set_user       postgresql-set-user set_user           -
periods        postgresql-periods  -                  -
pg_repack      pg-repack           -                  -
pg_squeeze     pg-squeeze          pg_squeeze         wal_level=logical
plpgsql_check  plpgsql-check       -                  -
pgtap          pgtap               -                  -
pglogical      pglogical           pglogical          wal_level=logical;track_commit_timestamp=on
pg_hint_plan   pg-hint-plan        pg_hint_plan       -
orafce         orafce              -                  -
plprofiler     plprofiler          plprofiler,@       -
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
pg_regress=$pgxs/test/regress/pg_regress
pg_isolation=$pgxs/test/isolation/pg_isolation_regress
port=$((20000 + $$ % 20000)) # several of these may run
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
	local dir=$1 name=$2 file=Makefile
	[ ! -f "$dir/GNUmakefile" ] || file=GNUmakefile
	[ -f "$dir/$file" ] || return 0
	# shellcheck disable=SC2016 # make expands it
	printf 'include %s\nsecaudit-show:\n\t@echo "$(%s)"\n' $file "$name" > "$dir/.show.mk"
	"$MAKE" -s -C "$dir" -f .show.mk USE_PGXS=1 PG_CONFIG="$PG_CONFIG" secaudit-show 2>/dev/null ||
		sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$dir/$file" |
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
	[ "$settings" = - ] || tr ';' '\n' <<< "${settings//@PORT@/$((port + 20000))}" >> "$file"
	if [ "$with" = with ]; then
		case $preload in
			*@*) preload=${preload/@/secaudit} ;;
			*) preload=secaudit${preload:+,$preload} ;;
		esac
		printf '%s\n' "secaudit.directory = '$trail'" "secaudit.log = 'all'" \
			"secaudit.log_catalog = on" >> "$file"
	fi
	preload=${preload/,@/}
	[ -z "$preload" ] || echo "shared_preload_libraries = '$preload'" >> "$file"
}

# settled DIR...: what is no result of a suite, in all files below.  WAL positions are of the
# moment, and the trail's own messages are in the WAL, too.  plpgsql_check's tracer numbers a
# function by the error callbacks beneath it, whosever they are, and secaudit has one.
settled()
{
	find "$@" -type f -exec sed -i -E -e 's#\b[0-9A-F]{1,8}/[0-9A-F]{6,8}\b#LSN#g' \
		-e 's/^(NOTICE:  )#[0-9]+( +(start|end) of )/\1#N\2/' {} +
}

# kinds: of lines that differ in nothing but numbers and hash, the first.  The isolation
# tests ask a hundred thousand times who is waiting, in always the same words, and the
# schema takes two milliseconds; the numbers and the hash are what `verify` looks at.
kinds()
{
	awk '{ kind = $0; sub(/"h":"[^"]*"/, "", kind); gsub(/[0-9]+/, "9", kind); if (!seen[kind]++) print }'
}

# varying NAME AGAIN...: does each file that differs with secaudit differ as well when
# the suite runs a second time without it?  AGAIN runs it.  Prints the files.
varying()
{
	local run=$tmp/run/$1 file
	shift
	"$@" again > /dev/null
	settled "$run/again/results"
	while read -r file; do
		[ -f "$run/without/results/$file" ] && [ -f "$run/with/results/$file" ] || return 1
		! cmp -s "$run/without/results/$file" "$run/again/results/$file" || return 1
		printf ' %s' "$file"
	done < <(cd "$run" && diff -rq without/results with/results |
		sed -nE 's#^Files without/results/(.*) and .* differ$#\1#p; s#^Only in [a-z]*/results: ##p')
}

# judge NAME VERSION TRAILS AGAIN...: compare $tmp/run/NAME/{without,with}/results, look for
# crashes, check the trails, add a line to the table.
judge()
{
	local name=$1 version=$2 trails=$3 run=$tmp/run/$1 verdict=same lines files
	shift 3
	files=$(find "$run/with/results" -type f 2>/dev/null | wc -l)
	settled "$run/without/results" "$run/with/results"
	if ! diff -r -U 2 "$run/without/results" "$run/with/results" > "$run/difference" 2>&1; then
		if verdict=$(varying "$name" "$@"); then
			verdict="varies by itself:$verdict"
		else
			verdict=DIFFERENT
			status=1
			head -n 60 "$run/difference"
		fi
	fi
	if grep -rlE 'TRAP:|PANIC:|was terminated by signal (11|6|7)' "$run/with" --include='*.log' \
		> "$run/crashes" 2>/dev/null && ! grep -rqE 'TRAP:|PANIC:|was terminated by signal (11|6|7)' \
		"$run/without" --include='*.log' 2>/dev/null; then
		verdict=CRASH
		status=1
		cat "$run/crashes"
	fi
	lines=$(find "$trails" -name 'secaudit-*.jsonl' -exec cat {} + 2>/dev/null | wc -l)
	if [ "$lines" -gt 0 ]; then
		find "$trails" -name 'secaudit-*.jsonl' -exec cat {} + | kinds |
			scripts/validate-records - > "$run/validation" 2>&1 || {
			verdict="BROKEN LINES"
			status=1
			head -n 20 "$run/validation"
		}
		while read -r trail_dir; do
			"$tmp/secaudit/secauditctl" verify "$trail_dir" > "$run/verify" 2>&1 || {
				verdict="VERIFY FAILS"
				status=1
				head -n 20 "$run/verify"
			}
		done < <(find "$trails" -name 'secaudit-*.jsonl' -printf '%h\n' | sort -u)
	else
		verdict="NO TRAIL"
		status=1
	fi
	if [ "$files" -eq 0 ]; then
		verdict="NO RESULTS"
		status=1
	fi
	printf '%-28s %-22s %4d files %8d lines  %s\n' "$name" "$version" "$files" "$lines" "$verdict" | tee -a "$tmp/table"
	[ -n "${KEEP:-}" ] || rm -rf "$run"
}

# left_out NAME WHY
left_out()
{
	printf '%-28s left out: %s\n' "$1" "$2" | tee -a "$tmp/table"
}

# regress NAME VERSION DIR TESTS PRELOAD SETTINGS OPTIONS [PROGRAM]: with pg_regress.
regress()
{
	local name=$1 version=$2
	shift 2
	[ -n "${2// /}" ] || return 0
	regress_once "$name" "$@" without
	regress_once "$name" "$@" with
	judge "$name" "$version" "$tmp/run/$name/with/trail" regress_once "$name" "$@"
}

# regress_once NAME DIR TESTS PRELOAD SETTINGS OPTIONS PROGRAM WITH
regress_once()
{
	local name=$1 dir=$2 tests=$3 preload=$4 settings=$5 options=$6 program=$7 with=$8
	local out=$tmp/run/$1/$8 trail=$tmp/run/$1/$8/trail suite_conf test_list=() option_list=()
	read -ra test_list <<< "$tests"
	# what a suite sets for its server becomes a part of ours
	options=$(sed -E 's#\$\([a-z_]*\)##g' <<< "$options")
	suite_conf=$(sed -nE 's/.*--temp-config[= ]*([^ ]+).*/\1/p' <<< "$options")
	options=$(sed -E 's/--temp-config[= ]*[^ ]+//; s/--dbname=[^ ]*//; s/--dlpath=[^ ]+//; s/--(use-existing|temp-instance[= ]*[^ ]+)//g' <<< "$options")
	read -ra option_list <<< "$options"
	mkdir -p "$out"
	cp -r "$dir/." "$out/"
	rm -rf "$out/results"
	mkdir -m 700 "$trail"
	[ -z "$suite_conf" ] || suite_conf=$dir/${suite_conf##*/}
	configuration "$out/server.conf" "$with" "$preload" "$settings" "$suite_conf"
	own "$out"
	as_server env -C "$out" -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE -u PGOPTIONS \
		HOME="$out" PATH="$stage_bindir:$PATH" OTHER_PORT=$((port + 20000)) timeout 1800 "$program" \
		--bindir="$stage_bindir" --dlpath="$tmp/lib" --inputdir=. --outputdir=. \
		--temp-instance="$out/instance" --temp-config="$out/server.conf" \
		--port=$port --no-locale --encoding=UTF8 \
		--dbname=contrib_regression "${option_list[@]}" "${test_list[@]}" \
		> "$out/regress.out.log" 2>&1 < /dev/null || true
	rm -rf "$out/instance/data"
}

# tap NAME DIR FILE: one file of PostgreSQL's TAP suites; a result is a test's name and verdict.
tap()
{
	tap_once "$@" without
	tap_once "$@" with
	judge "$1" "$core_version" "$tmp/run/$1/with/tmp_check" tap_once "$@"
}

tap_once()
{
	local dir=$2 file=$3 with=$4 out=$tmp/run/$1/$4 trail=secaudit
	mkdir -p "$out/results" "$out/tmp_check"
	cp -r "$dir/t" "$out/"
	configuration "$out/server.conf" "$with" - - ''
	own "$out"
	as_server env -C "$out" -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE -u PGOPTIONS \
		HOME="$out" PATH="$stage_bindir:$PATH" TEMP_CONFIG="$out/server.conf" \
		TESTDIR="$out" TESTDATADIR="$out/tmp_check" TESTLOGDIR="$out/tmp_check/log" \
		PG_REGRESS="$pg_regress" REGRESS_SHLIB="$tmp/lib/regress.so" \
		PG_TEST_NOCLEAN=1 PG_TEST_TIMEOUT_DEFAULT=180 timeout 900 \
		perl -I "$pgxs/test/perl" -I "$out" "t/$file" > "$out/out" 2> "$out/err" < /dev/null || true
	# a plan that skips says so; numbers of processes and ports are no results
	grep -E '^(not )?ok |^1\.\.' "$out/out" | sed -E 's/[0-9]{4,}/N/g' > "$out/results/$file.out" || true
}

core_source()
{
	if [ -n "${PGSRC:-}" ]; then
		source=$PGSRC
		source_version=$(sed -nE "s/^PACKAGE_VERSION='(.*)'/\1/p" "$PGSRC/configure")
		core_version=$source_version
		return
	fi
	fetch_source "$tmp/sources" "postgresql-$major" \
		"$(dpkg-query -W -f='${source:Version}\n' "postgresql-$major")" ||
		die "could not get the source package of postgresql-$major; set PGSRC to an unpacked source tree"
	source=$tmp/sources/postgresql-$major
	core_version=$source_version
	say "PostgreSQL's source: Debian's $source_version"
}

wanted()
{
	local name
	[ ${#names[@]} -gt 0 ] || return 0
	for name in "${names[@]}"; do
		# shellcheck disable=SC2053 # a pattern
		[[ $1 != $name ]] || return 0
	done
	return 1
}

# core_suite NAME DIR [MORE OPTIONS]: what a directory of PostgreSQL's source has for pg_regress.
core_suite()
{
	local name=$1 dir=$2 more=${3:-}
	regress "$name" "$core_version" "$dir" "$(variable "$dir" REGRESS)" - - \
		"$(variable "$dir" REGRESS_OPTS) $more" "$pg_regress"
	regress "$name-isolation" "$core_version" "$dir" "$(variable "$dir" ISOLATION)" - - \
		"$(variable "$dir" ISOLATION_OPTS)" "$pg_isolation"
}

run_contrib()
{
	local dir name
	for dir in "$source"/contrib/*/; do
		name=contrib/$(basename "$dir")
		! wanted "$name" || core_suite "$name" "$dir"
	done
}

run_modules()
{
	local dir name
	for dir in "$source"/src/test/modules/*/; do
		name=modules/$(basename "$dir")
		wanted "$name" || continue
		[ -n "$(variable "$dir" REGRESS)$(variable "$dir" ISOLATION)" ] || continue
		rm -rf "$tmp/module"
		cp -r "$dir" "$tmp/module"
		if ! "$MAKE" -C "$tmp/module" USE_PGXS=1 PG_CONFIG="$PG_CONFIG" with_llvm=no all install \
			DESTDIR="$tmp/server" > "$tmp/module.log" 2>&1; then
			left_out "$name" "it does not build outside its tree"
			continue
		fi
		core_suite "$name" "$tmp/module"
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
		if [ -f "$stage_libdir/$language.so" ] || [ -f "$stage_libdir/${language}3.so" ]; then
			core_suite "$name" "$dir"
		else
			left_out "$name" "the language is not installed"
		fi
	done
}

run_isolation()
{
	local dir=$source/src/test/isolation
	! wanted isolation || regress isolation "$core_version" "$dir" \
		"$(sed -n 's/^test: //p' "$dir/isolation_schedule" | paste -sd ' ')" - max_prepared_transactions=5 '' \
		"$pg_isolation"
}

run_taps()
{
	local suite file name
	for suite in $taps; do
		for file in "$source/src/test/$suite"/t/*.pl; do
			file=${file##*/}
			name=$suite/${file%.pl}
			! wanted "$name" || tap "$name" "$source/src/test/$suite" "$file"
		done
	done
}

# The packages of one line of the table, unpacked into the private server.
fetch_packages()
{
	local package
	package_version=
	mkdir -p "$tmp/packages"
	for package; do
		package=postgresql-$major-$package
		(cd "$tmp/packages" && apt-get download "$package" > "$tmp/download.log" 2>&1) || return 1
		dpkg -x "$(compgen -G "$tmp/packages/${package}_*.deb")" "$tmp/server"
		package_version=${package_version:-$(dpkg-deb -f "$(compgen -G "$tmp/packages/${package}_*.deb")" Version)}
	done
}

run_packages()
{
	local name preload settings list package_list dir=$tmp/work
	while read -r name preload settings list; do
		[ -n "$name" ] || continue
		wanted "deb/$name" || continue
		read -ra package_list <<< "$list"
		if ! fetch_packages "${package_list[@]}"; then
			left_out "deb/$name" "its package cannot be had"
			continue
		fi
		# a work file has no expected results: the two runs are compared
		rm -rf "$dir"
		mkdir -p "$dir/sql" "$dir/expected"
		cp "test/suites/$name.sql" "$dir/sql/"
		touch "$dir/expected/$name.out"
		regress "deb/$name" "$package_version" "$dir" "$name" "$preload" "$settings" '' "$pg_regress"
	done <<< "$packages"
}

run_extensions()
{
	local name package preload settings dir
	while read -r name package preload settings; do
		[ -n "$name" ] || continue
		wanted "ext/$name" || continue
		if ! fetch_source "$tmp/sources" "$package" && ! fetch_newer_source "$tmp/sources" "$package"; then
			left_out "ext/$name" "its source cannot be had"
			continue
		fi
		dir=$tmp/sources/$package
		if ! "$MAKE" -C "$dir" PG_CONFIG="$PG_CONFIG" USE_PGXS=1 with_llvm=no all install \
			DESTDIR="$tmp/server" > "$tmp/$name.build.log" 2>&1; then
			left_out "ext/$name" "$source_version does not build: $(grep -m1 -E 'error:|Error [0-9]' "$tmp/$name.build.log" | cut -c 1-80)"
			continue
		fi
		regress "ext/$name" "$source_version" "$dir" "$(variable "$dir" REGRESS)" "$preload" "$settings" \
			"$(variable "$dir" REGRESS_OPTS)" "$pg_regress"
	done <<< "$extensions"
}

if [ "${1:-}" = --list ]; then
	printf '%s\n' 'contrib/*' 'modules/*' 'pl/*' isolation 'recovery/*' 'subscription/*'
	awk 'NF { print "deb/" $1 }' <<< "$packages"
	awk 'NF { print "ext/" $1 }' <<< "$extensions"
	exit 0
fi
names=("$@")
scripts/deps.sh build test
core_source
say "building secaudit"
stage_server "$tmp/server"
stage_libdir=$tmp/server$("$PG_CONFIG" --pkglibdir)
# in a copy, so that several of these may run, and the tree be worked on meanwhile
mkdir "$tmp/secaudit"
cp -a Makefile docs secaudit* src "$tmp/secaudit/"
[ ! -d build ] || cp -a build "$tmp/secaudit/"
quietly "$tmp/build.log" env -C "$tmp/secaudit" "$MAKE" all PG_CONFIG="$PG_CONFIG" COPT_DEV="$COPT_DEV"
quietly "$tmp/build.log" env -C "$tmp/secaudit" "$MAKE" install PG_CONFIG="$PG_CONFIG" DESTDIR="$tmp/server"
mkdir "$tmp/lib"
gcc -O1 -fPIC -shared -w -I"$("$PG_CONFIG" --includedir-server)" \
	-I"$("$PG_CONFIG" --includedir)" -o "$tmp/lib/regress.so" "$source/src/test/regress/regress.c"
cp "$stage_libdir"/{autoinc,refint}.so "$tmp/lib/"
chmod -R a+rX "$tmp"

# A data directory is made once for each way to call initdb, and copied from then on: half
# of the time of a small suite.
mkdir "$tmp/templates"
own "$tmp/server" "$tmp/templates"
mv "$stage_bindir/initdb" "$stage_bindir/initdb.real"
sed "s#@templates@#$tmp/templates#" > "$stage_bindir/initdb" << 'END'
#!/bin/bash
set -eu
real=$(dirname "$(readlink -f "$0")")/initdb.real
dir= other=()
case " $* " in *' -X '* | *' --waldir'*) exec "$real" "$@" ;; esac
while [ $# -gt 0 ]; do
	case $1 in
		-D | --pgdata) dir=$2; shift ;;
		*) other+=("$1") ;;
	esac
	shift
done
template=@templates@/$(printf '%s\n' "${other[@]}" "$(locale)" | md5sum | cut -c 1-16)
if [ ! -e "$template" ]; then
	"$real" -D "$template.$$" "${other[@]}"
	mv -T "$template.$$" "$template"
fi
[ ! -d "$dir" ] || rmdir "$dir"
cp -aT "$template" "$dir"
END
chmod 755 "$stage_bindir/initdb"

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
run_packages
run_extensions
run_taps

echo
cat "$tmp/table"
[ -z "${KEEP:-}" ] || say "kept: $tmp"
exit $status

#!/bin/bash
# run.sh EXPERIMENT...: run experiments of bench/ in throw-away servers
#
# Installs what they need (gnuplot, valgrind), builds secaudit and installs it
# and its peers into a private copy of the server of PG_CONFIG, runs the
# experiments as the server's user, and leaves tables and charts in BENCH_OUT
# (build/bench).  BENCH_SCALE is quick or full; BENCH_KEEP=1 keeps the servers'
# data for a look at it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

all=(cpu instructions pgbench growth writer durability memory verify marks)
if [ $# -eq 0 ]; then
	set -- "${all[@]}"
fi
for experiment; do
	[ -f "bench/$experiment.py" ] ||
		die "no experiment \"$experiment\"; there are: ${all[*]} budget"
done
# shellcheck disable=SC2015
[ "$(id -u)" -ne 0 ] || id postgres > /dev/null 2>&1 ||
	die "The server does not run as root, and there is no user postgres to run it as."

if [ "$*" = budget ]; then
	scripts/deps.sh build budget
else
	scripts/deps.sh build budget bench
fi

tmp=$(mktemp -d "${BENCH_DIR:-/tmp}/secaudit-bench.XXXXXX")
out=${BENCH_OUT:-build/bench}
mkdir -p "$out"
# shellcheck disable=SC2317
finish()
{
	[ -n "${BENCH_KEEP:-}" ] || remove_tree "$tmp"
}
trap finish EXIT

# The peers as Debian packages them, of the server's major version; elsewhere,
# or without a network, they are taken from the server if it has them.
fetch_peers()
{
	local major package deb
	major=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
	mkdir "$tmp/peers"
	chmod 777 "$tmp/peers"
	for package in "postgresql-$major-pgaudit" "postgresql-$major-pgauditlogtofile"; do
		if ! (cd "$tmp/peers" && apt-get download "$package") > "$tmp/apt.log" 2>&1; then
			echo "not available as a package: $package"
			continue
		fi
		deb=$(echo "$tmp/peers/${package}_"*.deb)
		dpkg -x "$deb" "$tmp/peers/root"
		echo "peer: $package $(dpkg-deb -f "$deb" Version)"
	done
	[ ! -d "$tmp/peers/root" ] || cp -a "$tmp/peers/root/." "$tmp/server/"
}

say "building, and installing into a private copy of $("$PG_CONFIG" --version)"
quietly "$tmp/build.log" build all
stage_server "$tmp/server"
quietly "$tmp/install.log" build install "$tmp/server"
if [ "$*" != budget ]; then
	command -v apt-get > /dev/null && fetch_peers
fi

cp -r bench "$tmp/bench"
mkdir "$tmp/data" "$tmp/out"
chmod -R a+rX "$tmp"
[ "$(id -u)" -ne 0 ] || chown postgres: "$tmp/data" "$tmp/out"
status=0
for experiment; do
	say "$experiment (${BENCH_SCALE:-quick})"
	as_server env -C "$tmp/data" -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE -u PGOPTIONS \
		-u PGPASSFILE -u PGSERVICE HOME="$tmp/data" LC_ALL=C.UTF-8 \
		BENCH_BINDIR="$stage_bindir" BENCH_TMP="$tmp/data" BENCH_OUT="$tmp/out" \
		BENCH_SCALE="${BENCH_SCALE:-quick}" BENCH_KEEP="${BENCH_KEEP:-}" \
		PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
		/usr/bin/env python3 "$tmp/bench/$experiment.py" < /dev/null || status=1
done
cp "$tmp/out/"* "$out/" 2> /dev/null || true
if [ -n "$(ls -A "$tmp/out")" ]; then
	say "tables and charts are in $out"
fi
exit $status

#!/bin/bash
# assert-server.sh NN: build the installed PostgreSQL again, with --enable-cassert, in
# the place of Debian's
#
# For a root of its own, see scripts/test-version --cassert.  The source is that of the
# installed package with Debian's patches (they say where files go), the options are
# those the package was configured with, so that everything else in the root goes on
# fitting.  What runs in a server's processes is built, and the headers, by which
# secaudit is compiled with assertions; programs and extensions stay the package's.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

major=${1:?usage: assert-server.sh NN}
programs=/usr/lib/postgresql/$major/bin
package=postgresql-$major
version=$(dpkg-query -W -f='${source:Version}' "$package")
source=/usr/src/secaudit-assert
parts="src/include src/backend src/backend/replication/pgoutput src/pl/plpgsql/src"
export DEBIAN_FRONTEND=noninteractive

say "the source of $package $version, and what builds it"
rm -rf "$source"
mkdir -p "$source"
quietly "$source/needs.log" apt-get install -y dpkg-dev
quietly "$source/needs.log" apt-get build-dep -y -P nocheck,pkg.postgresql.nollvm "$package=$version"
quietly "$source/fetch.log" env -C "$source" apt-get source -o APT::Sandbox::User=root "$package=$version"
cd "$(find "$source" -mindepth 1 -maxdepth 1 -type d)"

say "building it with --enable-cassert"
options=()
eval "options=($("$programs/pg_config" --configure))"
# the package makes configure anew, with an autoconf that knows this one
for i in "${!options[@]}"; do
	[[ ${options[i]} != --runstatedir=* ]] || unset "options[i]"
done
quietly "$source/configure.log" ./configure "${options[@]}" --without-llvm --enable-cassert
# behind the package's -O2: it takes half the time
for part in src/backend $parts; do
	quietly "$source/build.log" "$MAKE" -s -j"$(nproc)" COPT=-O1 -C "$part" all
done
for part in $parts; do
	quietly "$source/install.log" "$MAKE" -s -C "$part" install
done
# that of the package does not fit this server, which asks for it by its presence
rm -f "$("$programs/pg_config" --pkglibdir)/llvmjit.so"
cd /
rm -rf "$source"

grep -qx '#define USE_ASSERT_CHECKING 1' "$("$programs/pg_config" --includedir-server)/pg_config.h" ||
	die "assert-server.sh: the server's headers know nothing of assertions"

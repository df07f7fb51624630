#!/bin/bash
# package.sh NN: build the Debian packages for PostgreSQL NN, in the root of that
# version, and look at them with lintian
#
# The checkout's files, tracked and new, are copied into the root, and what comes out
# is in build/packages/NN here: packages, source, lintian's words.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/roots.sh

[ $# -eq 1 ] || die "usage: package.sh NN; NN: $versions"
major=$1
suites=$(suites_of "$major")
in_namespaces "$major" "$@"

version=$(sed -nE 's/^#define AUD_VERSION "(.*)"/\1/p' src/core/version.h)
home=/home/builder/package
tree=$home/secaudit-$version
out=build/packages/$major

# A major that is not the suite's own: its tools think of the suite's.
own_major()
{
	[ "${suites#* }" = "$suites" ]
}

prepare()
{
	[ -d "$roots/$major" ] || make_root "$major"
	root=$roots/$major
	mount_root
	rm -rf "${root:?}$home"
	copy_files "$root$tree"
	rm "$root$tree.files"
	tar -C "$root$home" --exclude="secaudit-$version/debian" --sort=name --owner=0 --group=0 \
		-czf "$root$home/secaudit_$version.orig.tar.gz" "secaudit-$version"
	in_root chown -R builder: "$home"
}

# debhelper and what debian/control names; lintian.
install_build_dependencies()
{
	# both files of a package list that has grown old
	in_root apt-get update
	in_root apt-get install -y dpkg-dev debhelper lintian iproute2 \
		"$(own_major && echo postgresql-server-dev-all || echo postgresql-common-dev)"
	as_builder "$tree" "${supported[@]}" pg_buildext updatecontrol
	! own_major || in_root env -C "$tree" apt-get build-dep -y ./
	in_root env -C "$tree" scripts/deps.sh build
}

build_packages()
{
	local check=()
	own_major || check=(-d)
	as_builder "$tree" "${supported[@]}" dpkg-buildpackage -us -uc "${check[@]}"
}

supported=(env)
own_major || supported=(env "PG_SUPPORTED_VERSIONS=$major")
mkdir -p "$out"
rm -f "$out"/*
prepare
say "PostgreSQL $major: what building packages needs"
quietly "$out/prepare.log" install_build_dependencies
say "PostgreSQL $major: dpkg-buildpackage"
quietly "$out/build.log" build_packages
find "$root$home" -maxdepth 1 -type f -exec cp -t "$out" {} +
say "PostgreSQL $major: lintian"
status=0
as_builder "$home" sh -c "lintian --fail-on error,warning --tag-display-limit 0 ./*.changes" \
	> "$out/lintian.log" 2>&1 || status=$?
grep -v '^N: *$' "$out/lintian.log" || true
[ $status -eq 0 ] || die "lintian is not content ($out/lintian.log)"
say "PostgreSQL $major: $(cd "$out" && echo *.deb) in $out"

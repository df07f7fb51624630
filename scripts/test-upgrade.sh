#!/bin/bash
# test-upgrade.sh: pg_upgrade from 15 to 17 to 18 with secaudit loaded, and what
# the trail has of it
#
# The module is built in each major's own root (scripts/test-version); the
# servers of all of them lie side by side in one more, where
# test/upgrade/upgrade.pl runs.  What there is to know of roots is in
# scripts/roots.sh.  Needs root, Debian and debootstrap.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/roots.sh

majors=(15 17 18)
stage=home/builder/stage

# The newest suite runs the servers of all.
make_upgrade_root()
{
	local new=$roots/upgrade.new packages
	make_base sid
	say "making a root with PostgreSQL ${majors[*]}"
	rm -rf --one-file-system "$new"
	cp -a "$roots/base-sid" "$new"
	write_sources "$new" sid trixie bookworm
	printf 'Package: *\nPin: release n=sid\nPin-Priority: 990\n' > "$new/etc/apt/preferences.d/secaudit"
	quiet_packages "$new"
	no_cluster "$new"
	root=$new
	mount_root
	packages=$(printf 'postgresql-%s ' "${majors[@]}")
	quietly "$roots/upgrade.log" in_root sh -ec "
		apt-get update
		apt-get install -y $packages procps libjansson4 libpcre2-8-0 libzstd1 zlib1g"
	umount_root
	mv "$new" "$roots/upgrade"
}

if [ -z "${SECAUDIT_IN_NAMESPACE:-}" ]; then
	[ "$(id -u)" -eq 0 ] || die "test-upgrade.sh: only root can mount and change roots"
	for major in "${majors[@]}"; do
		say "building for PostgreSQL $major"
		mkdir -p "$roots"
		scripts/test-version --root "$major"
		rm -rf "${roots:?}/$major/$stage"
		quietly "$roots/upgrade-$major.log" scripts/test-version "$major" all install DESTDIR="/$stage"
	done
fi
in_namespaces upgrade "$@"
[ -d "$roots/upgrade" ] || make_upgrade_root
root=$roots/upgrade
mount_root
for major in "${majors[@]}"; do
	cp -r "$roots/$major/$stage/." "$root/"
done
rm -rf --one-file-system "$root/var/lib/upgrade"
mkdir "$root/var/lib/upgrade"
cp test/upgrade/upgrade.pl "$root/var/lib/upgrade/"
in_root chown -R postgres: /var/lib/upgrade
say "pg_upgrade: ${majors[*]}"
unshare --net -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 chroot "$root" \
	runuser -u postgres -- env -C /var/lib/upgrade perl upgrade.pl

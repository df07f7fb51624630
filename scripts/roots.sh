# roots.sh: minimal Debian systems to test in.  Sourced after lib.sh and
# debian-source.sh, by scripts that run as root.
#
# They lie below SECAUDIT_ROOTS, by default
# ${XDG_CACHE_HOME:-/var/cache}/secaudit-roots.  "root" is the one in use.
# shellcheck shell=bash disable=SC2154

roots=${SECAUDIT_ROOTS:-${XDG_CACHE_HOME:-/var/cache}/secaudit-roots}

# In the root, with the mounts of this run below it.
in_root()
{
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
}

# What a program expects of a machine.  All of it is in our mount namespace.
mount_root()
{
	local device
	mount -t proc proc "$root/proc"
	mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
	for device in null zero full random urandom tty; do
		touch "$root/dev/$device"
		mount --bind "/dev/$device" "$root/dev/$device"
	done
	mkdir "$root/dev/pts" "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	ln -s fd/0 "$root/dev/stdin"
	ln -s fd/1 "$root/dev/stdout"
	ln -s fd/2 "$root/dev/stderr"
}

# The machine's way to its packages: the mirror, a proxy, names.
write_sources()
{
	local dir=$1 suite uri
	shift
	uri=$(debian_mirror)
	[ -n "$uri" ] || die "test-version: /etc/apt names no Debian mirror"
	rm -f "$dir/etc/apt/sources.list"
	for suite; do
		printf 'Types: deb deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
			"$uri" "$suite" /usr/share/keyrings/debian-archive-keyring.gpg \
			> "$dir/etc/apt/sources.list.d/$suite.sources"
	done
	# Release files of moving suites are past their date on a mirror that stands still.
	{
		apt-config dump | grep -E '^Acquire::[a-z]*::?(Proxy|.*::Proxy)' || true
		echo 'Acquire::Check-Valid-Until "false";'
		echo 'Acquire::Languages "none";'
		echo 'APT::Install-Recommends "false";'
	} > "$dir/etc/apt/apt.conf.d/99secaudit"
	cp -L /etc/resolv.conf /etc/hosts "$dir/etc/"
}

# A minimal system of a suite, from which the roots are copied.
make_base()
{
	local suite=$1 base=$roots/base-$1
	exec 8> "$roots/base.lock"
	flock 8
	if [ -d "$base" ]; then
		exec 8>&-
		return 0
	fi
	[ -x /usr/sbin/debootstrap ] || scripts/deps.sh roots
	say "making a minimal Debian $suite"
	rm -rf --one-file-system "$base.new"
	quietly "$base.log" debootstrap --variant=minbase "$suite" "$base.new" "$(debian_mirror)"
	mv "$base.new" "$base"
	exec 8>&-
}

quiet_root()
{
	local dir=$1
	# a root that is lost is made again: nothing has to be on disk
	echo force-unsafe-io > "$dir/etc/dpkg/dpkg.cfg.d/secaudit"
	# no daemon starts in a root, and no cluster is made
	printf '#!/bin/sh\nexit 101\n' > "$dir/usr/sbin/policy-rc.d"
	chmod 755 "$dir/usr/sbin/policy-rc.d"
	mkdir -p "$dir/etc/postgresql-common"
	echo 'create_main_cluster = false' > "$dir/etc/postgresql-common/createcluster.conf"
}

# in_namespaces ROOT COMMAND...: run a script again, alone with that root, in
# namespaces of its own, and exit as it does.  The first process in them takes
# the rest with it when it ends, and goes itself when unshare is killed.  The
# lock is held by all of them, so it is free again only when all have ended.
in_namespaces()
{
	local lock=$roots/$1.lock
	shift
	mkdir -p "$roots"
	exec 9> "$lock"
	flock 9
	SECAUDIT_IN_NAMESPACE=yes unshare --mount --pid --fork --kill-child --mount-proc \
		"$@" < /dev/null &
	trap 'kill -KILL $! 2> /dev/null || true' EXIT
	trap 'exit 143' HUP INT TERM
	wait $!
	exit
}

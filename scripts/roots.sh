# roots.sh: minimal Debian systems of a suite, to build and test in.  Sourced
# after lib.sh by scripts that run from the top of the source tree.
#
# A root is made once (some minutes) below SECAUDIT_ROOTS, by default
# ${XDG_CACHE_HOME:-/var/cache}/secaudit-roots: base-SUITE, with nothing but the
# minimal system, and NN, with the server of that major.  Packages come from the
# mirror of the machine's own apt sources.
#
# "root" is the directory of the root that is worked in.  Whatever is mounted or
# started lives in the namespaces that in_namespaces makes: the kernel ends both
# with the run, however it ends.  Needs root, Debian and debootstrap.
# shellcheck shell=bash
. scripts/debian-source.sh

roots=${SECAUDIT_ROOTS:-${XDG_CACHE_HOME:-/var/cache}/secaudit-roots}
versions="15 17 18 19"

# suites_of NN: the suite that the root is made of, then the one that has the
# server if that is another.
suites_of()
{
	case $1 in
		15) echo bookworm ;;
		17) echo trixie ;;
		18) echo sid ;;
		19) echo sid experimental ;;
		*) die "no suite is known that has PostgreSQL $1 (there are: $versions)" ;;
	esac
}

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

umount_root()
{
	umount -R "$root/dev" "$root/proc"
}

# The machine's way to its packages: the mirror, a proxy, names.
write_sources()
{
	local dir=$1 suite uri
	shift
	uri=$(debian_mirror)
	[ -n "$uri" ] || die "/etc/apt names no Debian mirror"
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

# Another suite gives the server and what is built for it, nothing else.
pin_server()
{
	local suite=$2
	[ -n "$suite" ] || return 0
	printf 'Package: src:postgresql-%s src:postgresql-common\nPin: release a=%s\nPin-Priority: 900\n' \
		"$1" "$suite" > "$3/etc/apt/preferences.d/secaudit"
}

# A minimal system of a suite, from which the roots are copied.
make_base()
{
	local suite=$1 base=$roots/base-$1
	mkdir -p "$roots"
	exec 8> "$roots/base.lock"
	flock 8
	if [ ! -d "$base" ]; then
		bootstrap "$suite" "$base"
	fi
	exec 8>&-
}

bootstrap()
{
	local suite=$1 base=$2
	[ -x /usr/sbin/debootstrap ] || scripts/deps.sh roots
	say "making a minimal Debian $suite"
	rm -rf --one-file-system "$base.new"
	quietly "$base.log" debootstrap --variant=minbase "$suite" "$base.new" "$(debian_mirror)"
	mv "$base.new" "$base"
}

# What is lost is made again: nothing has to be on disk.  No daemon starts.
quiet_packages()
{
	echo force-unsafe-io > "$1/etc/dpkg/dpkg.cfg.d/secaudit"
	printf '#!/bin/sh\nexit 101\n' > "$1/usr/sbin/policy-rc.d"
	chmod 755 "$1/usr/sbin/policy-rc.d"
}

# A server's package makes no cluster.
no_cluster()
{
	mkdir -p "$1/etc/postgresql-common"
	echo 'create_main_cluster = false' > "$1/etc/postgresql-common/createcluster.conf"
}

# make_throwaway NAME SUITE...: a root for one run, which holds the lock NAME.  The
# first suite as it comes; apt knows the others, too.  Sets root.
make_throwaway()
{
	make_base "$2"
	root=$roots/throwaway-$1
	rm -rf --one-file-system "$root"
	cp -a "$roots/base-$2" "$root"
	write_sources "$root" "${@:2}"
	quiet_packages "$root"
	mount_root
}

remove_throwaway()
{
	case ${root:-} in
		"$roots"/throwaway-*)
			umount_root
			rm -rf --one-file-system "$root"
			;;
	esac
}

# make_root NN: a root with the server of that major.
make_root()
{
	local major=$1 suite server_suite new=$roots/$1.new
	read -r suite server_suite < <(suites_of "$major")
	make_base "$suite"
	say "making a root with PostgreSQL $major ($suite${server_suite:+, $server_suite})"
	rm -rf --one-file-system "$new"
	cp -a "$roots/base-$suite" "$new"
	# shellcheck disable=SC2086
	write_sources "$new" $suite $server_suite
	pin_server "$major" "$server_suite" "$new"
	quiet_packages "$new"
	no_cluster "$new"
	root=$new
	mount_root
	quietly "$roots/$major.log" in_root sh -ec "
		apt-get update
		apt-get install -y postgresql-$major postgresql-server-dev-$major make procps iproute2
		useradd --create-home --shell /bin/bash builder"
	umount_root
	mv "$new" "$roots/$major"
}

# copy_files DIR: the files that git knows or would take, as they are here.
# Their names stay in DIR.files.
copy_files()
{
	local file
	rm -rf "$1"
	mkdir -p "$1"
	git -c safe.directory="$PWD" ls-files -z --cached --others --exclude-standard |
		while IFS= read -r -d '' file; do
			[ ! -e "$file" ] || printf '%s\0' "$file"
		done > "$1.files"
	tar -c --null -T "$1.files" | tar -x -m -C "$1" --no-same-owner
}

# Into the builder's home.  What was built in the root before stays, so what has
# changed since is made newer than it.
copy_checkout()
{
	local old=$root/home/builder/secaudit new=$root/home/builder/secaudit.new
	copy_files "$new"
	mkdir -p "$old"
	OLD=$old NEW=$new perl -MFile::Compare -0 -ne '
		chomp;
		my ($old, $new) = ("$ENV{OLD}/$_", "$ENV{NEW}/$_");
		utime((stat $old)[8, 9], $new) if compare($old, $new) == 0' \
		< "$new.files"
	(cd "$old" && find . -name '*.[od]' -o -name '*.so' -o -path './build/*' -type f) |
		tar -c -C "$old" -T - | tar -x -C "$new"
	rm -rf "$old" "$new.files"
	mv "$new" "$old"
	in_root chown -R builder: /home/builder/secaudit
}

# as_builder DIR COMMAND...: as an unprivileged user of the root, in a directory of
# it, with the loopback device as the only network.
as_builder()
{
	unshare --net -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
		chroot "$root" sh -ec 'ip link set lo up; exec runuser -u builder -- "$@"' sh \
		env -C "$1" HOME=/home/builder USER=builder LOGNAME=builder "${@:2}"
}

# in_namespaces LOCK ARGUMENT...: this script again, in namespaces of its own, with
# LOCK held.  The first process in them takes the rest with it when it ends, and
# goes itself when unshare is killed.  The lock is held by all of them, so it is
# free again only when all have ended.  Returns in the second run.
in_namespaces()
{
	local lock=$1
	shift
	[ "$(id -u)" -eq 0 ] || die "${0##*/}: only root can mount and change roots"
	[ -z "${SECAUDIT_IN_NAMESPACE:-}" ] || return 0
	mkdir -p "$roots"
	exec 9> "$roots/$lock.lock"
	flock 9
	SECAUDIT_IN_NAMESPACE=yes unshare --mount --pid --fork --kill-child --mount-proc \
		"$0" "$@" < /dev/null &
	trap 'kill -KILL $! 2> /dev/null || true' EXIT
	trap 'exit 143' HUP INT TERM
	wait $!
	exit
}

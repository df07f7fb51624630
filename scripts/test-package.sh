#!/bin/bash
# test-package.sh NN: the Debian packages that scripts/package.sh built for NN, on a
# minimal system: installed, upgraded while a server runs, removed, purged, and the
# demo from the packages alone
#
# The system is made for this run and gone with it.  The version before is made of
# the same packages with a lower number.  Prints a line for each claim, then the sum.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/roots.sh

[ $# -eq 1 ] || die "usage: test-package.sh NN; NN: $versions"
major=$1
suites=$(suites_of "$major")
packages=$PWD/build/packages/$major
compgen -G "$packages/postgresql-$major-secaudit_*.deb" > /dev/null ||
	die "no packages in $packages: scripts/package.sh $major makes them"
in_namespaces "package-$major" "$@"

trail=/var/log/postgresql/secaudit
module=postgresql-$major-secaudit
library=/usr/lib/postgresql/$major/lib/secaudit.so
conf=/etc/postgresql/$major/main/conf.d/secaudit.conf
log=$packages/test.log
passed=0 failed=0

# is NAME COMMAND...: a claim that the command succeeds; what it prints is in the log.
is()
{
	local name=$1 status=0
	shift
	{ echo "# $name: $*"; "$@"; } >> "$log" 2>&1 < /dev/null || status=$?
	if [ $status -eq 0 ]; then
		passed=$((passed + 1))
		say "ok      $name"
	else
		failed=$((failed + 1))
		say "${red}FAILED${off}  $name"
	fi
}

# equal NAME EXPECTED GOT
equal()
{
	is "$1" test "$2" = "$3"
	[ "$2" = "$3" ] || printf '    wanted: %s\n    got:    %s\n' "$2" "$3"
}

absent()
{
	! in_root test -e "$1"
}

# apt ARGUMENT...: what it said is in $packages/apt.log, too.
apt()
{
	in_root apt-get -y "$@" > "$packages/apt.log" 2>&1 < /dev/null || { cat "$packages/apt.log" >&2; return 1; }
	cat "$packages/apt.log" >> "$log"
}

# deb new|old PACKAGE: the file, as the root sees it.
deb()
{
	echo "/packages/$1/$(basename "$(compgen -G "$root/packages/$1/${2}_*.deb")")"
}

install_packages()
{
	apt install "$(deb "$1" secaudit)" "$(deb "$1" "$module")"
}

# What the maintainer scripts said.
said()
{
	grep -cF -- "$1" "$packages/apt.log" || true
}

psql()
{
	in_root runuser -u postgres -- psql -X -q -At -c "$1"
}

version_of()
{
	# shellcheck disable=SC2016 # dpkg's format
	in_root dpkg-query -W -f '${Version} ${db:Status-Status}' "$1" 2>/dev/null || true
}

server_pid()
{
	in_root head -n 1 "/var/lib/postgresql/$major/main/postmaster.pid" || true
}

sums_of_trail()
{
	in_root sh -c "cd $trail && sha256sum secaudit-*.jsonl*"
}

# Whatever has our name, but for the trail, what a server or its owner made, and how
# the root is set up.
rests()
{
	in_root find / -xdev \( -path /packages -o -path /proc -o -path /dev -o -path $trail \
		-o -path "/var/lib/postgresql/$major/main" -o -path /etc/postgresql \
		-o -path '/etc/apt/*' -o -path /etc/dpkg/dpkg.cfg.d \) -prune -o -name '*secaudit*' -print | sort
}

# The packages as they are, and with a lower number.
stage_packages()
{
	local package dir=$root/packages
	mkdir -p "$dir/new" "$dir/old"
	for package in "secaudit" "$module"; do
		cp "$packages/${package}"_*.deb "$dir/new/"
		dpkg-deb -R "$packages/${package}"_*.deb "$dir/work"
		sed -i -E 's/^Version: .*/Version: 1.0~test-1/; s/secaudit \(>= [^)]*\)/secaudit (>= 1.0~)/' \
			"$dir/work/DEBIAN/control"
		dpkg-deb --root-owner-group -b "$dir/work" "$dir/old/" > /dev/null
		rm -rf "$dir/work"
	done
	new_version=$(dpkg-deb -f "$root$(deb new "$module")" Version)
}

# The commands that --help names, each a word of two spaces' indent.
commands_of_help()
{
	in_root secauditctl --help | sed -nE 's/^  ([a-z]+)  +[a-z].*/\1/p'
}

commands_not_offered()
{
	# shellcheck disable=SC2016 # the completion's
	comm -23 <(commands_of_help | sort) <(in_root bash -c '
		. /usr/share/bash-completion/completions/secauditctl
		COMP_WORDS=(secauditctl "") COMP_CWORD=1
		_secauditctl
		printf "%s\n" "${COMPREPLY[@]}"' | sort)
}

documents_missing()
{
	local name
	grep -oE 'docs/[a-z-]+\.md' README.md | sort -u | while read -r name; do
		compgen -G "$root/usr/share/doc/secaudit/${name#docs/}*" > /dev/null || echo "$name"
	done
}

timers()
{
	in_root find /usr/lib/systemd/system /lib/systemd/system /etc/systemd -name 'secaudit-*.timer' -printf '%f\n' |
		sort -u | xargs
}

# unit NAME: what the unit runs, as its user; nothing here is PID 1.
unit()
{
	local file=/usr/lib/systemd/system/$1.service
	[ -e "$root$file" ] || file=/lib/systemd/system/$1.service
	# shellcheck disable=SC2016 # sh's
	in_root sh -ec 'value() { sed -n "s/^$2=//p" "$1"; }
		exec runuser -u "$(value "$1" User)" -- env $(value "$1" Environment) $(value "$1" ExecStart)' sh "$file"
}

# secauditctl alone, where trails are collected and no server is.
test_reader()
{
	is "secauditctl installs" apt install "$(deb new secaudit)"
	equal "and brings no server along" "" "$(in_root dpkg -l | grep '^ii *postgresql')"
	equal "it is in the PATH" /usr/bin/secauditctl "$(in_root sh -c 'command -v secauditctl')"
	is "it runs" in_root secauditctl --version
	equal "man finds its page" /usr/share/man/man1/secauditctl.1.gz "$(in_root man -w secauditctl)"
	equal "the page has no fault" "" "$(in_root man --warnings -E UTF-8 -l /usr/share/man/man1/secauditctl.1.gz 2>&1 > /dev/null)"
	is "bash completes it" in_root bash -c '. /usr/share/bash-completion/completions/secauditctl && complete -p secauditctl'
	equal "which offers every command" "" "$(commands_not_offered)"
	equal "each document that the README leads to is there" "" "$(documents_missing)"
	equal "the timers are there, and off" "secaudit-archive.timer secaudit-compliance.timer secaudit-verify.timer" "$(timers)"
	equal "the profiles are there" "$(echo profiles/*.conf)" "$(in_root sh -c "cd /usr/share/secaudit && echo profiles/*.conf")"
	is "no directory is made without a server" absent $trail
	is "secauditctl is purged" apt purge secaudit
	equal "and leaves nothing" "" "$(rests)"
}

test_install()
{
	is "the module of a version before installs" install_packages old
	equal "its version" "1.0~test-1 installed" "$(version_of "$module")"
	equal "it says once what to preload" 1 "$(said shared_preload_libraries)"
	equal "and once where the trail goes" 1 "$(said "secaudit.directory = '$trail'")"
	equal "the directory has owner, group and mode" "postgres postgres 700" "$(in_root stat -c '%U %G %a' $trail)"
	is "no configuration is touched" absent "$conf"
}

# As the words of postinst say.
test_server()
{
	in_root tee "$conf" > /dev/null <<-CONF
		shared_preload_libraries = 'secaudit'
		secaudit.directory = '$trail'
	CONF
	is "a server starts with it" in_root pg_ctlcluster "$major" main start
	is "it audits" psql 'CREATE TABLE t (a int)'
	is "the extension is there" psql 'CREATE EXTENSION secaudit; SELECT secaudit.flush()'
	is "the record is in the trail" in_root sh -c "secauditctl tail -n all --class=ddl $trail | grep 'CREATE TABLE t'"
	is "the trail is sound" in_root secauditctl verify $trail
	pid=$(server_pid)
}

test_upgrade()
{
	is "the upgrade installs" install_packages new
	equal "the version is the new one" "$new_version installed" "$(version_of "$module")"
	equal "the server is not restarted" "$pid" "$(server_pid)"
	is "it answers" psql 'SELECT 1'
	equal "it is said that it runs on with the version before" 1 "$(said 'until it is restarted')"
	equal "what to preload is not said again" 0 "$(said shared_preload_libraries)"
	is "a restart takes the new one" in_root pg_ctlcluster "$major" main restart
	is "the trail goes on, and is sound" in_root secauditctl verify $trail
	pid=$(server_pid)
}

# What is in the trail by now: two files that are closed, and one that is not.
test_commands()
{
	local closed number
	closed=$(in_root sh -c "ls $trail/secaudit-*.jsonl | head -n 1")
	is "search finds" in_root sh -c "secauditctl search --class=ddl --count $trail | grep -x 2"
	is "show has the long form" in_root sh -c "secauditctl show 1 $trail | grep audit"
	number=$(in_root secauditctl search --quiet --class=ddl --limit=1 --output=json $trail | sed -n 's/.*"seq":\([0-9]*\).*/\1/p')
	is "session has a tree" in_root sh -c "secauditctl session '$number' $trail | grep 'CREATE TABLE t'"
	is "stats counts" in_root sh -c "secauditctl stats --by=class $trail | grep ddl"
	is "info knows the trail" in_root secauditctl info $trail
	is "info finds it by the server's directory" \
		in_root sh -c "secauditctl info -D /var/lib/postgresql/$major/main | grep -F $trail"
	is "shipped is set" in_root secauditctl shipped "$closed" $trail
	is "and shown" in_root sh -c "secauditctl shipped $trail | grep 'shipped up to seq'"
	is "an index is made" in_root sh -c "secauditctl index $trail && ls $trail/*.idx"
	is "a closed file becomes an archive" in_root sh -c "secauditctl archive $trail && ls $closed.zst"
	is "the unit that archives runs" unit secaudit-archive
	is "the unit that verifies runs" unit secaudit-verify
	is "the trail of files and archives is sound" in_root secauditctl verify $trail
}

test_demo()
{
	is "the demo runs from the packages alone" \
		in_root bash /usr/share/doc/secaudit/examples/scripts/demo.sh --installed
	is "it shows the trail" grep -q 'ALTER ROLE .*42501 must be superuser\|ALTER ROLE .*42501 permission denied' "$log"
	equal "it leaves nothing" "" "$(in_root find /tmp -name 'secaudit-demo*')"
}

test_remove()
{
	local sums
	is "the packages are removed under a running server" apt remove secaudit "$module"
	is "the module is gone" absent "$library"
	is "the program is gone" absent /usr/bin/secauditctl
	equal "the server runs on" "$pid" "$(server_pid)"
	is "and audits" psql 'DROP TABLE t'
	is "it stops" in_root pg_ctlcluster "$major" main stop
	sums=$(sums_of_trail)
	is "what was removed is purged" apt purge secaudit "$module"
	equal "no package is left" " " "$(version_of secaudit) $(version_of "$module")"
	equal "the trail is as it was" "$sums" "$(sums_of_trail)"
	equal "its directory, too" "postgres postgres 700" "$(in_root stat -c '%U %G %a' $trail)"
	equal "it is said that it is kept" 1 "$(said "the trail in $trail is kept")"
	equal "nothing else is left" "" "$(rests)"
	is "the trail is still sound" verify_outside
}

# With the program of the package, which is gone in the root.
verify_outside()
{
	mkdir "$root/packages/program"
	dpkg-deb -x "$root$(deb new secaudit)" "$root/packages/program"
	in_root /packages/program/usr/bin/secauditctl verify --closed $trail
}

test_again()
{
	in_root chmod 750 $trail
	is "it installs again" install_packages new
	equal "the mode that somebody gave the directory stays" "750" "$(in_root stat -c '%a' $trail)"
	in_root sh -c "rm $trail/*"
	is "it is purged at once" apt purge "$module" secaudit
	is "an empty directory goes" absent $trail
}

echo "# $(date -u)" > "$log"
trap remove_throwaway EXIT
# shellcheck disable=SC2086 # a list
make_throwaway "package-$major" $suites
pin_server "$major" "$(echo "$suites" | cut -s -d ' ' -f 2)" "$root"
say "PostgreSQL $major: packages on a minimal system (log: $log)"
is "the system knows its packages" apt update
is "and has man" apt install man-db procps
stage_packages
test_reader
test_install
test_server
test_upgrade
test_commands
test_demo
test_remove
test_again
printf '%d passed, %d failed\n' $passed $failed
[ $failed -eq 0 ]

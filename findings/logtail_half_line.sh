#!/usr/bin/env bash
#
# logtail and since hand out a half-written line, and its rest the next time.
#
# Expected: a program that reads a growing log from where it stopped gives whole
#	lines only, and leaves the last one until its newline is there (rsyslog and
#	syslog-ng do).
# Seen: both print what is there, remember that place, and begin the next run in
#	the middle of the record.
# With: logtail 1.4.2+deb12u1 and since 1.1-7 of Debian 12.
# Matters: they are what a job of cron pipes into jq or a mail.  The record that
#	was being written is lost to it: jq stops at the first half, and the second
#	begins a line of the next run.  It happens on a busy server only, and never
#	in a test.
# secaudit: writes whole lines with one write() where it can, but a full disk or
#	a crash leaves half a line for a while.  secauditctl waits for the newline;
#	for a job, read closed files (all but the newest) or use secauditctl tail.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -q download logtail=1.4.2+deb12u1 since=1.1-7 >apt.log 2>&1 || {
	echo "needs the Debian packages logtail 1.4.2+deb12u1 and since 1.1-7" >&2
	exit 2
}
for deb in *.deb; do dpkg -x "$deb" root; done

read_on() { # by both, into files named after the run
	perl root/usr/sbin/logtail -f trail.jsonl -o offset >"logtail.$1"
	HOME=$work root/usr/bin/since -s state trail.jsonl >"since.$1" 2>/dev/null
}
printf '{"v":1,"event":"statement","seq":1}\n{"v":1,"event":"state' >trail.jsonl
read_on 1
printf 'ment","seq":2}\n{"v":1,"event":"statement","seq":3}\n' >>trail.jsonl
read_on 2

echo "logtail 1.4.2+deb12u1, since 1.1-7"
for program in logtail since; do
	for run in 1 2; do
		echo "$program, run $run:"
		cat $program.$run
		echo
	done
done
for program in logtail since; do
	if [ "$(cat $program.1)" != '{"v":1,"event":"statement","seq":1}
{"v":1,"event":"state' ] || [ "$(sed -n 1p $program.2)" != 'ment","seq":2}' ]; then
		echo "changed: $program gave the half line in run 1 and its rest in run 2" >&2
		exit 1
	fi
done
echo "as stated: neither run has record 2"

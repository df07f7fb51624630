#!/usr/bin/env bash
#
# rsyslog writes true for an absent key, and for false.
#
# Expected: a list template with format="jsonf" and datatype="bool" writes JSON
#	true for true, false for false, and false (or nothing) for a key that the
#	record does not have.
# Seen: true in all three cases.  Only the text "0" gives false.  onEmpty="skip"
#	or "null" helps where the key is absent, not where it is false.
# With: rsyslog 8.2302.0-1+deb12u2 of Debian 12, mmjsonparse and omfile.
# Matters: the trail writes "superuser" only where it is true.  A template made
#	as above says of every statement that a superuser ran it; so it is with rls,
#	privileged and all other keys of that kind.
# secaudit: writes a boolean key only as true and leaves it out otherwise, so
#	that datatype="bool" onEmpty="skip" is right for all of them; the recipe for
#	rsyslog should say so.

set -euo pipefail

rsyslog=8.2302.0-1+deb12u2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
packages=("rsyslog=$rsyslog" libestr0=0.1.11-1 libfastjson4=1.2304.0-1)
apt-get -q download "${packages[@]}" >apt.log 2>&1 || {
	echo "needs the Debian packages ${packages[*]}" >&2
	exit 2
}
for deb in *.deb; do dpkg -x "$deb" root; done
lib=$(dirname "$(find "$work/root" -name 'libfastjson.so.4')")

printf '%s\n' \
	'{"v":1,"event":"statement","superuser":true,"seq":1}' \
	'{"v":1,"event":"statement","seq":2}' \
	'{"v":1,"event":"statement","superuser":false,"seq":3}' >trail.jsonl

cat >rsyslog.conf <<END
global(workDirectory="$work")
module(load="imfile" mode="polling" pollingInterval="1")
module(load="mmjsonparse")
template(name="out" type="list" option.jsonf="on") {
	property(outname="seq" name="\$!seq" format="jsonf" datatype="number")
	property(outname="superuser" name="\$!superuser" format="jsonf" datatype="bool")
	property(outname="skip" name="\$!superuser" format="jsonf" datatype="bool" onEmpty="skip")
}
ruleset(name="r") {
	action(type="mmjsonparse" cookie="")
	action(type="omfile" file="$work/out" template="out")
}
input(type="imfile" file="$work/trail.jsonl" tag="secaudit:" ruleset="r")
END
LD_LIBRARY_PATH=$lib timeout -s TERM 20 root/usr/sbin/rsyslogd -n -i "$work/pid" \
	-f rsyslog.conf -M "$lib/rsyslog" >log 2>&1 &
daemon=$!
for _ in $(seq 50); do
	[ "$(grep -c . out 2>/dev/null || true)" = 3 ] && break
	sleep 0.2
done
kill "$daemon" 2>/dev/null || true
wait "$daemon" || true

LD_LIBRARY_PATH=$lib root/usr/sbin/rsyslogd -v | sed -n 1p
echo "read:"
cat trail.jsonl
echo "written:"
cat out

expected='{"seq":1, "superuser":true, "skip":true}
{"seq":2, "superuser":true}
{"seq":3, "superuser":true, "skip":true}'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: absent and false are both written as true"

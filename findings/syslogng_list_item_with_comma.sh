#!/usr/bin/env bash
#
# syslog-ng makes two list items of one that has a comma in it.
#
# Expected: json-parser() and $(format-json) give back a list of strings as it
#	was, or refuse it.
# Seen: the list is kept as text with commas between the items, and an item is
#	quoted where it has a space, not where it has a comma.  So ["payments, eu"]
#	is one item at the end as at the beginning, and ["payments,eu"] is two.  A
#	list of objects stays JSON and is right.
# With: syslog-ng-core 3.38.1-5+deb12u1 of Debian 12, typed values (@version 4.0).
# Matters: roles and labels may have any name.  A GRANT to one role arrives as a
#	GRANT to two others, and nothing in the copy shows it.
# secaudit: writes lists of strings (grantees, members, tags, rules) and cannot
#	help it but by its advice: ship ${MSG}, the line as it was written, and
#	take it apart where it is stored.

set -euo pipefail

syslogng=3.38.1-5+deb12u1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
packages=("syslog-ng-core=$syslogng" libivykis0=0.42.4-1 libjson-c5=0.16-2
	libnet1=1.1.6+dfsg-3.2 libwrap0=7.6.q-32)
apt-get -q download "${packages[@]}" >apt.log 2>&1 || {
	echo "needs the Debian packages ${packages[*]}" >&2
	exit 2
}
for deb in *.deb; do dpkg -x "$deb" root; done
libs=$(find "$work/root" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd:)
plugins=$(dirname "$(find "$work/root" -name libjson-plugin.so)")

cat >trail.jsonl <<'END'
{"v":1,"event":"statement","command":"GRANT","grantees":["payments, eu","intern"],"objects":[{"type":"table","name":"public.card"}],"seq":1}
{"v":1,"event":"statement","command":"GRANT","grantees":["payments,eu","intern"],"objects":[{"type":"table","name":"public.a,b"}],"seq":2}
END
cat >syslog-ng.conf <<END
@version: 4.0
source s { file("$work/trail.jsonl" flags(no-parse) follow-freq(0.2)); };
parser p { json-parser(prefix(".r.")); };
destination text { file("$work/text" template("\${.r.grantees}\n")); };
destination json { file("$work/json" template("\$(format-json --rekey .r.* --shift 3 --key .r.*)\n")); };
destination raw { file("$work/raw" template("\${MSG}\n")); };
log { source(s); parser(p); destination(text); destination(json); destination(raw); };
END
LD_LIBRARY_PATH=$libs timeout -s TERM 20 root/usr/sbin/syslog-ng -F -f syslog-ng.conf \
	--module-path="$plugins" -R "$work/persist" -c "$work/ctl" -p "$work/pid" --no-caps >log 2>&1 &
daemon=$!
for _ in $(seq 50); do
	[ "$(cat text json raw 2>/dev/null | grep -c .)" = 6 ] && break
	sleep 0.2
done
kill "$daemon" 2>/dev/null || true
wait "$daemon" || true

LD_LIBRARY_PATH=$libs root/usr/sbin/syslog-ng --version --module-path="$plugins" 2>/dev/null | sed -n 1p
echo "read:"
cat trail.jsonl
echo "grantees as text:"
cat text
echo "written as JSON:"
cat json

expected='"payments, eu",intern
payments,eu,intern
"grantees":["payments, eu","intern"]
"grantees":["payments","eu","intern"]
"name":"public.a,b"'
seen=$(cat text; grep -o '"grantees":\[[^]]*\]' json; grep -o '"name":"public.a,b"' json)
if [ "$seen" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
cmp trail.jsonl raw >&2 || {
	echo "changed: the raw line is not what was read" >&2
	exit 1
}
echo "as stated: two grantees became three; the raw line is as it was written"

#!/usr/bin/env bash
#
# In SQLite the last half millisecond of a day is on two days at once.
#
# Expected: date(), strftime('%Y-%m-%d') and strftime('%s') agree about the day of
#	a time stamp.
# Seen: 23:59:59.999600 is of 31 January for date() and datetime(), and of
#	1 February for strftime('%s'), which rounds to milliseconds and then to the
#	next second.  Within the minute %f shows the next second beside %S's own.
# With: sqlite3 3.40.1-2+deb12u2 of Debian 12.
# Matters: a report that groups by date() and one that groups by seconds since
#	1970 count a day's records differently, and a record near midnight is in
#	both months or in none.
# secaudit: ts has a fixed width, so that substr(ts, 1, 10) is the day and text
#	order is time order: the docs' examples for SQLite should use these two.

set -euo pipefail

sqlite=3.40.1-2+deb12u2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -q download "sqlite3=$sqlite" "libsqlite3-0=$sqlite" >apt.log 2>&1 || {
	echo "needs the Debian packages sqlite3 and libsqlite3-0 $sqlite" >&2
	exit 2
}
for deb in *.deb; do dpkg -x "$deb" root; done
lib=$(dirname "$(find "$work/root" -name 'libsqlite3.so.0')")
sql() { LD_LIBRARY_PATH=$lib root/usr/bin/sqlite3 -batch -init /dev/null "$@" 2>/dev/null; }

printf '%s\n' \
	'{"v":1,"ts":"2026-01-31T23:59:59.999400Z","event":"statement","seq":1}' \
	'{"v":1,"ts":"2026-01-31T23:59:59.999600Z","event":"statement","seq":2}' \
	'{"v":1,"ts":"2026-01-31T23:59:58.999600Z","event":"statement","seq":3}' >trail.jsonl
echo "SQLite $(sql :memory: 'SELECT sqlite_version()')"
echo "ts | date() | by %s | %S | %f | text"
sql trail.db >out <<'END'
CREATE TABLE t (j);
.mode ascii
.separator "\t" "\n"
.import trail.jsonl t
.mode list
.separator "|"
SELECT j ->> 'ts', date(j ->> 'ts'),
       date(strftime('%s', j ->> 'ts'), 'unixepoch'),
       strftime('%S', j ->> 'ts'), strftime('%f', j ->> 'ts'),
       substr(j ->> 'ts', 1, 10)
  FROM t ORDER BY j ->> 'seq';
END
cat out

expected='2026-01-31T23:59:59.999400Z|2026-01-31|2026-01-31|59|59.999|2026-01-31
2026-01-31T23:59:59.999600Z|2026-01-31|2026-02-01|59|59.999|2026-01-31
2026-01-31T23:59:58.999600Z|2026-01-31|2026-01-31|58|59.000|2026-01-31'
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi
echo "as stated: record 2 is of 31 January and of 1 February"

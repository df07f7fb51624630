#!/usr/bin/env bash
#
# ausearch writes CSV in which a comma within a value is one between values.
#
# Expected: a value with a comma is quoted.
# Seen: it is not: the line has a value more than the head, and the kind of the
#	object stands where its second name belongs.
# With: auditd 3.0.9 of Debian 12.
# Matters: who opened the trail's files is asked of the kernel's audit; a name with
#	a comma puts the program that did it out of its column.
# secaudit: CSV of ours quotes such a text; for the kernel's take --format raw.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download auditd=1:3.0.9-1 libauparse0=1:3.0.9-1 >apt.log 2>&1 || {
	echo "needs Debian 12's auditd and libauparse0 3.0.9-1" >&2
	exit 2
}
for package in ./*.deb; do
	dpkg -x "$package" root
done
LD_LIBRARY_PATH=$(dirname "$(find root -name 'libauparse.so.0' | head -n 1)")
export LD_LIBRARY_PATH

cat >audit.log <<'END'
type=SYSCALL msg=audit(1767225600.123:101): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd a2=0 a3=0 items=1 ppid=1 pid=2 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 comm="cat" exe="/usr/bin/cat" key="trail"
type=CWD msg=audit(1767225600.123:101): cwd="/root"
type=PATH msg=audit(1767225600.123:101): item=0 name="/srv/trail,old.jsonl" inode=1 dev=08:01 mode=0100600 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL
END
echo "auditd 3.0.9-1"
LC_ALL=C TZ=UTC0 root/sbin/ausearch -if audit.log --format csv 2>errors | tee out

head=$(sed -n 1p out | tr -cd , | wc -c)
line=$(sed -n 2p out | tr -cd , | wc -c)
if [ "$line" -ne $((head + 1)) ] || ! grep -q ',/srv/trail,old.jsonl,1,file,' out; then
	echo "changed: was one comma more in the line than in the head" >&2
	exit 1
fi
echo "as stated: the head has $head commas, the line $line"

#!/bin/sh
# as-reader.sh DIR: run commands as users that only read a trail, for tests that do
# not run as root; see t/lib/SecauditReader.pm.
#
# Each line of the pipe DIR/order is "NUMBER USER GROUP": the shell script
# DIR/NUMBER.sh is run as that user and in that group alone, both numbers that need
# not exist on the machine.  Its output goes to DIR/NUMBER.out, and then its exit
# status to DIR/NUMBER.status.  "end" ends it.
set -eu
dir=$1

# Open for writing, too: so that the pipe has no end when an order was given.
exec 3<> "$dir/order"
while read -r number user group <&3; do
	[ "$number" != end ] || break
	status=0
	if [ "$user" -ge 60000 ] && [ "$group" -ge 60000 ]; then
		setpriv --reuid="$user" --regid="$group" --clear-groups --no-new-privs \
			sh "$dir/$number.sh" > "$dir/$number.out" 2>&1 < /dev/null 3<&- || status=$?
	else
		status=126
	fi
	chmod a+r "$dir/$number.out"
	echo "$status" > "$dir/$number.new"
	chmod a+r "$dir/$number.new"
	mv "$dir/$number.new" "$dir/$number.status"
done

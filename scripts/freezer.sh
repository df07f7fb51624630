#!/bin/sh
# freezer.sh DIR: freeze and thaw the file system mounted at DIR, as the lines of
# the pipe DIR.order say ("freeze", "thaw", "end"), and write what was done to
# DIR.state.  For tests that do not run as root; see t/lib/SecauditFrozen.pm.
set -eu
dir=$1

state()
{
	echo "$1" > "$dir.state.new"
	chmod a+r "$dir.state.new"
	mv "$dir.state.new" "$dir.state"
}

# Open for writing, too: so that the pipe has no end when an order was given.
exec 3<> "$dir.order"
while read -r order <&3; do
	case $order in
		freeze) fsfreeze -f "$dir" && state frozen ;;
		thaw) fsfreeze -u "$dir" && state thawed ;;
		end) break ;;
	esac || true
done
fsfreeze -u "$dir" 2> /dev/null || true

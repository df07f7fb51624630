#!/usr/bin/env bash
#
# Miller turns the text "{}" into an empty map.
#
# Expected: a string in JSON that is "{}" is a string in the JSON that comes out;
#	flattening and unflattening a record gives the record.
# Seen: after flatten, or on the way through CSV, the text {} and an empty map
#	are written alike, and unflatten makes a map of both.  A session id whose
#	digits happen to be decimal loses its quotes on the way through CSV.
# With: miller 6.6.0-2+b3 of Debian 12.
# Matters: '{}' is PostgreSQL's empty array, among the commonest of all bound
#	parameters.  A record that was valid against the schema is not any more
#	("value" is an object), and a typed sink refuses it.
# secaudit: writes parameters as strings, always; the trail is read with
#	mlr --ijsonl --ojsonl without flatten, or with CSV as the last step.

set -euo pipefail

miller=6.6.0-2+b3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -q download "miller=$miller" >apt.log 2>&1 || {
	echo "needs the Debian package miller $miller" >&2
	exit 2
}
dpkg -x miller_*.deb root
mlr() { MLRRC=__none__ root/usr/bin/mlr "$@"; }

cat >trail.jsonl <<'END'
{"v":1,"event":"statement","session":"66712345.1230","params":[{"type":"text[]","value":"{}"},{"type":"text","value":"a"}],"seq":9007199254740993}
END
mlr --version
echo "read:             $(cat trail.jsonl)"
plain=$(mlr --ijsonl --ojsonl cat trail.jsonl)
both=$(mlr --ijsonl --ojsonl flatten 'then' unflatten trail.jsonl)
csv=$(mlr --ijsonl --ocsv cat trail.jsonl | mlr --icsv --ojsonl cat)
echo "cat:              $plain"
echo "there and back:   $both"
echo "through CSV:      $csv"

if [[ $plain != *'"value": "{}"'* || $both != *'"value": {}}'* || $csv != *'"value": {}}'* ||
	$both != *'"session": "66712345.1230"'* || $csv != *'"session": 66712345.1230,'* ]]; then
	echo "changed: was a map after flatten and unflatten, and through CSV" >&2
	exit 1
fi
echo "as stated: the parameter is a map now"

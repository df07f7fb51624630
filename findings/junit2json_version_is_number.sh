#!/usr/bin/env bash
#
# junit2json turns names and values that look like numbers into numbers.
#
# Expected: name, classname and the value of a property are strings, as in every schema of
#	JUnit's XML.
# Seen: name="1.10" becomes 1.1, a property's 0600 becomes 600, and 1e3 becomes 1.
# With: junit2json 4.0.0 of npm.
# Matters: requirement 1.10 of a standard becomes 1.1, and a file mode loses its nought.
# secaudit: check ids begin with a letter (C01, T-01); a requirement's number comes with the
#	name of its standard before it.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export npm_config_cache=$work/cache npm_config_update_notifier=false
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" junit2json@4.0.0 >npm.log 2>&1 || {
	echo "needs npm and junit2json@4.0.0" >&2
	exit 2
}

cat >run.js <<'END'
import('junit2json').then(async ({parse}) => {
	const xml = `<testsuites><testsuite name="cis">
		<testcase name="1.10" classname="1.10"><properties>
			<property name="mode" value="0600"/><property name="limit" value="1e3"/>
			<property name="check" value="C01"/></properties></testcase>
		</testsuite></testsuites>`;
	const [t] = (await parse(xml)).testsuite[0].testcase;
	console.log('name:', JSON.stringify(t.name), 'classname:', JSON.stringify(t.classname));
	for (const p of t.properties)
		console.log(p.name + ':', JSON.stringify(p.value));
});
END

expected=$(
	cat <<'END'
name: 1.1 classname: 1.1
mode: 600
limit: 1
check: "C01"
END
)
node run.js | tee out
if [ "$(cat out)" != "$expected" ]; then
	echo "changed: was" >&2
	echo "$expected" >&2
	exit 1
fi

#!/bin/bash
# check-release-test.sh: check-release and check-completion.sh notice a fault of each
# kind.  Plants one at a time in a copy of what they read.
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d /tmp/secaudit-check-release.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
status=0

# plant FILE SED EXPECTED [CHECK...]: after the edit, the check must report that.
plant()
{
	local file=$1 edit=$2 expected=$3
	shift 3
	[ $# -gt 0 ] || set -- scripts/check-release .
	cp "$tmp/tree/$file" "$tmp/saved"
	sed -i -E "$edit" "$tmp/tree/$file"
	if cmp -s "$tmp/tree/$file" "$tmp/saved"; then
		echo "the edit changes nothing in $file: $edit" >&2
		status=1
	elif (cd "$tmp/tree" && "$@") > "$tmp/out" || ! grep -qF -- "$expected" "$tmp/out"; then
		echo "not noticed: $file: $edit; wanted: $expected; reported:" >&2
		cat "$tmp/out" >&2
		status=1
	fi
	cp "$tmp/saved" "$tmp/tree/$file"
}

mkdir -p "$tmp/tree/src/core" "$tmp/tree/test"
cp -r bench debian docs findings packaging scripts t ./*.md ./*.sql META.json secaudit.control secauditctl "$tmp/tree"
cp src/core/version.h "$tmp/tree/src/core/"
cp -r test/release "$tmp/tree/test/"
completion=(scripts/check-completion.sh ./secauditctl)
if ! (cd "$tmp/tree" && scripts/check-release . && "${completion[@]}"); then
	echo "they have faults of their own" >&2
	exit 1
fi

plant src/core/version.h 's/"1\.[0-9]+"/"1.99"/' 'secaudit.control: version'
plant secaudit.control "s/^(default_version = ').*'/\\11.0'/" 'secaudit.control: version 1.0'
plant META.json '0,/"version": "[^"]*"/s//"version": "7.0.0"/' 'META.json: version 7.0.0'
plant META.json 's/"version": "1\.[1-9][^"]*"/"version": "1.1"/' "META.json: version: '1.1' does not match"
plant META.json 's/"license": .*/"licence": "postgresql",/' "'license' is a required property"
plant META.json 's/secaudit--1/secaudit--8/' 'META.json: file secaudit--8'
plant META.json 's/"unstable"/"shaky"/' 'META.json: release_status'
plant META.json 's/"runtime"/"later"/' 'META.json: prereqs'
plant docs/secauditctl.1 's/"secaudit [0-9.]+"/"secaudit 0.1"/' 'docs/secauditctl.1: version 0.1'
plant CHANGELOG.md 's/^## 1[^ ]*/## 0.9/' 'CHANGELOG.md: version 0.9'
plant debian/changelog '1s/\(.*\)/(0.8-1)/' 'debian/changelog: version 0.8'
plant packaging/secaudit.spec 's/^(Version: +).*/\10.7/' 'packaging/secaudit.spec: version 0.7'
plant packaging/secaudit.spec 's/ - [0-9.]+-1$/ - 0.6-1/' 'packaging/secaudit.spec, changelog: version 0.6'
plant packaging/secaudit.lnav.json 's/^(\t+)"xid"/\1"xids"/' 'the record has no key xids'
plant packaging/secaudit.lnav.json 's/^(\t+"rows": \{"kind": )"integer"/\1"string"/' 'rows is no string'
plant debian/secaudit.docs 's/README/READYOU/' 'READYOU.md does not exist'
plant debian/secaudit.install 's/demo\.sh/demos.sh/' 'scripts/demos.sh does not exist'
plant packaging/systemd/secaudit-verify.service 's/^UMask.*/RemoveIPC=yes/' "takes the server's shared memory"
if command -v systemd-analyze > /dev/null; then
	plant packaging/systemd/secaudit-verify.service '/^(Restrict|Private|Protect|System)/d' 'exposure level for secaudit-verify.service'
	plant packaging/systemd/secaudit-archive.service 's/^UMask/UMusk/' "Unknown key 'UMusk'"
	plant packaging/systemd/secaudit-archive.timer 's/daily/dayly/' 'Failed to parse calendar'
fi
plant packaging/completion/secauditctl.bash 's/ --utc / /' '< --utc' "${completion[@]}"
plant packaging/completion/secauditctl.bash 's/ misc_set / /' '< misc_set' "${completion[@]}"
plant packaging/completion/_secauditctl 's/--closed/--open/' '> --open' "${completion[@]}"
plant packaging/completion/_secauditctl 's/ audit\.gap / /' 'zsh does not know audit.gap' "${completion[@]}"
exit $status

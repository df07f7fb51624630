#!/bin/bash
# test-rpm.sh [NN]: packaging/secaudit.spec, built and looked at with rpmlint, in the
# root of that version (default 15)
#
# The root is Debian's, with its rpm and rpmlint: BuildRequires are the names of other
# systems (--nodeps), and the server lies where Debian has it.  What is tested is that
# the spec builds, what the packages hold, and rpmlint's words.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/roots.sh

major=${1:-15}
suites_of "$major" > /dev/null
in_namespaces "$major" "$@"

version=$(sed -nE 's/^#define AUD_VERSION "(.*)"/\1/p' src/core/version.h)
home=/home/builder/rpm
out=build/packages/rpm-$major
server=/usr/lib/postgresql/$major

# What the two packages have to hold, and nothing else but documents.
expected()
{
	cat <<-END
		/usr/bin/secauditctl
		/usr/share/bash-completion/completions/secauditctl
		/usr/share/man/man1/secauditctl.1
		/usr/share/secaudit
		/usr/share/secaudit/profiles
		/usr/share/secaudit/secaudit-record-1.schema.json
		/usr/share/secaudit/secaudit.lnav.json
		/usr/share/zsh/site-functions/_secauditctl
		/usr/lib/systemd/system/secaudit-archive.service
		/usr/lib/systemd/system/secaudit-archive.timer
		/usr/lib/systemd/system/secaudit-compliance.service
		/usr/lib/systemd/system/secaudit-compliance.timer
		/usr/lib/systemd/system/secaudit-verify.service
		/usr/lib/systemd/system/secaudit-verify.timer
		$server/lib/secaudit.so
		/usr/share/postgresql/$major/extension/secaudit.control
		/var/log/secaudit
	END
	printf "/usr/share/postgresql/$major/extension/%s\n" secaudit--*.sql
	printf "/usr/share/secaudit/%s\n" profiles/*.conf
}

mkdir -p "$out"
rm -f "$out"/*
[ -d "$roots/$major" ] || make_root "$major"
root=$roots/$major
mount_root
rm -rf "${root:?}$home"
mkdir -p "$root$home"
copy_files "$root$home/secaudit-$version.0"
tar -C "$root$home" -czf "$root$home/secaudit-$version.0.tar.gz" "secaudit-$version.0"
in_root chown -R builder: "$home"
say "what building RPMs needs"
quietly "$out/prepare.log" in_root sh -ec "apt-get update; apt-get install -y rpm rpmlint iproute2"
quietly "$out/prepare.log" in_root env -C "$home/secaudit-$version.0" scripts/deps.sh build
say "PostgreSQL $major: rpmbuild"
quietly "$out/build.log" as_builder "$home" rpmbuild -ba --nodeps \
	--define "_topdir $home" --define "_sourcedir $home" --define "pgmajorversion $major" \
	--define "pginstdir $server" --define "pgsharedir /usr/share/postgresql/$major" \
	"secaudit-$version.0/packaging/secaudit.spec"
find "$root$home" -name '*.rpm' -exec cp -t "$out" {} +
say "rpmlint"
status=0
as_builder "$home" sh -c "rpmlint -c secaudit-$version.0/packaging/rpmlint.toml secaudit-$version.0/packaging/secaudit.spec \$(find . -name '*.rpm')" \
	> "$out/rpmlint.log" 2>&1 || status=$?
tail -n 15 "$out/rpmlint.log"
[ $status -eq 0 ] || die "rpmlint is not content ($out/rpmlint.log)"
got=$(for package in "$out"/*."$(uname -m)".rpm; do
	cp "$package" "$root$home/now.rpm"
	in_root rpm -qlp "$home/now.rpm" 2> /dev/null
done | grep -vE '^/usr/(share/(doc|licenses)|lib/debug|lib/\.build-id|src)' | sed 's/\.gz$//' | sort)
diff <(expected | sort) <(echo "$got") || die "the packages hold something else (<: wanted)"
say "PostgreSQL $major: $(cd "$out" && echo *.rpm) in $out"

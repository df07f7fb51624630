#!/bin/bash
# deps.sh SET...: see that what secaudit needs is there; sets: build test lint bench
# budget, source to unpack Debian's source packages, roots for scripts/test-version
#
# On Debian (and its derivatives) missing packages are named and installed with
# apt-get, through sudo when not root.  Elsewhere, and where that is not
# possible, everything missing is named and the exit status is 1.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

# The server to build for: that of PG_CONFIG if there is one, else the newest
# installed from Debian's packages, else the one that this Debian has.
server_major()
{
	local v
	if v=$("$PG_CONFIG" --version 2>/dev/null); then
		v=${v#PostgreSQL }
		echo "${v%%[!0-9]*}"
		return
	fi
	v=$(find /usr/lib/postgresql -maxdepth 1 -name '[0-9]*' -printf '%f\n' \
		2>/dev/null | sort -n | tail -1)
	[ -n "$v" ] || v=$(apt-cache depends postgresql 2>/dev/null |
		sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
	[ -n "$v" ] || die "deps.sh: apt knows no PostgreSQL; set PG_CONFIG to one that is installed"
	echo "$v"
}

packages_of()
{
	local major=$1
	case $2 in
		build) echo "gcc make libc6-dev postgresql-$major postgresql-server-dev-$major" \
			"libjansson-dev libpcre2-dev libpq-dev libssl-dev libkrb5-dev libzstd-dev zlib1g-dev" ;;
		test) echo "check perl libipc-run-perl python3 python3-jsonschema" \
			"postgresql-plperl-$major postgresql-plpython3-$major" ;;
		lint) echo "clang-format cppcheck shellcheck zsh" ;;
		bench) echo "gnuplot-nox openssl jq ripgrep" ;;
		budget) echo "valgrind python3" ;;
		source) echo "bzip2 xz-utils" ;;
		roots) echo "debootstrap" ;;
		*) die "deps.sh: unknown set \"$2\" (there are: build test lint bench budget source roots)" ;;
	esac
}

# Other projects' extensions: not each is there for each major.  What a test
# needs and does not find it skips, and says so.
optional_packages_of()
{
	local major=$1 extension
	[ "$2" = test ] || return 0
	for extension in pgaudit set-user cron pgextwlist pglogical dirtyread pgfincore orafce; do
		echo "postgresql-$major-$extension"
	done
}

has_candidate()
{
	apt-cache policy "$1" 2>/dev/null | grep '^ *Candidate: [^(]' > /dev/null
}

has_package()
{
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# A program that somebody installed by other means is as good as its package.
has_tool_of()
{
	case $1 in
		gcc|make|perl|cppcheck|shellcheck|python3|valgrind|openssl|debootstrap|zsh|jq) command -v "$1" > /dev/null ;;
		gnuplot-nox) command -v gnuplot > /dev/null ;;
		clang-format) command -v clang-format > /dev/null ;;
		*) return 1 ;;
	esac
}

install_debian()
{
	local major set package missing=() apt=(apt-get)
	if [ "$(id -u)" -ne 0 ] && command -v sudo > /dev/null; then
		apt=(sudo apt-get)
	fi
	# new machines often come without a package list
	has_candidate postgresql || "${apt[@]}" update > /dev/null 2>&1 < /dev/null || true
	major=$(server_major)
	for set in "$@"; do
		for package in $(packages_of "$major" "$set"); do
			has_package "$package" || has_tool_of "$package" || missing+=("$package")
		done
		for package in $(optional_packages_of "$major" "$set"); do
			has_package "$package" || ! has_candidate "$package" || missing+=("$package")
		done
	done
	[ ${#missing[@]} -eq 0 ] && return

	say "missing packages: ${missing[*]}"
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo > /dev/null ||
			die "Not root and no sudo. As root: apt-get install ${missing[*]}"
	fi
	say "installing them with apt-get"
	local log
	log=$(mktemp /tmp/secaudit-apt.XXXXXX)
	export DEBIAN_FRONTEND=noninteractive
	# An old package list is the usual reason for a failure: refresh it then.
	if ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}" \
		> "$log" 2>&1 < /dev/null; then
		"${apt[@]}" update >> "$log" 2>&1 < /dev/null || true
		"${apt[@]}" install -y --no-install-recommends "${missing[@]}" \
			>> "$log" 2>&1 < /dev/null ||
			{ tail -n 20 "$log" >&2; die "apt-get could not install: ${missing[*]} (log: $log)"; }
	fi
	rm -f "$log"
}

need()
{
	local what=$1
	shift
	"$@" > /dev/null 2>&1 || missing+=("$what")
}

compiles()
{
	local flags=()
	local dir
	if dir=$("$PG_CONFIG" --includedir-server 2>/dev/null); then
		flags=(-I"$dir")
	fi
	printf '#include <%s>\n' "$1" |
		"${CC:-cc}" "${flags[@]}" -fsyntax-only -x c -
}

# its header asks which width of characters is meant
compiles_pcre2()
{
	printf '#define PCRE2_CODE_UNIT_WIDTH 8\n#include <pcre2.h>\n' |
		"${CC:-cc}" -fsyntax-only -x c -
}

has_libpq()
{
	[ -f "$("$PG_CONFIG" --includedir)/libpq-fe.h" ]
}

has_pgxs()
{
	[ -f "$("$PG_CONFIG" --pgxs)" ] && [ -f "$("$PG_CONFIG" --includedir-server)/postgres.h" ]
}

has_server_perl()
{
	[ -f "$(dirname "$("$PG_CONFIG" --pgxs)")/../test/perl/PostgreSQL/Test/Cluster.pm" ]
}

# Not Debian: look for the things themselves.
check_tools()
{
	local set missing=()
	for set in "$@"; do
		case $set in
			build)
				need "a C compiler (cc, or set CC)" command -v "${CC:-cc}"
				need "stdio.h (the C library's development files)" compiles stdio.h
				need "GNU make" command -v make
				need "pg_config of PostgreSQL 15 or later (or set PG_CONFIG)" command -v "$PG_CONFIG"
				need "PGXS and postgres.h (the server's development files)" has_pgxs
				need "jansson.h (jansson development files)" compiles jansson.h
				need "pcre2.h (PCRE2 development files, 8 bits)" compiles_pcre2
				need "libpq-fe.h (PostgreSQL's client library)" has_libpq
				need "zstd.h (Zstandard development files)" compiles zstd.h
				need "zlib.h (zlib development files)" compiles zlib.h
				need "openssl/evp.h (OpenSSL development files)" compiles openssl/evp.h
				need "gssapi/gssapi.h (Kerberos development files)" compiles gssapi/gssapi.h
				;;
			test)
				need "check.h (the Check unit test framework)" compiles check.h
				need "prove (Perl)" command -v prove
				need "IPC::Run (Perl module)" perl -MIPC::Run -e 1
				need "PostgreSQL::Test::Cluster (a server built with --enable-tap-tests)" has_server_perl
				need "jsonschema 4 (Python module)" python3 -c 'from jsonschema import Draft202012Validator'
				;;
			lint)
				need "clang-format" command -v clang-format
				need "cppcheck" command -v cppcheck
				need "shellcheck" command -v shellcheck
				;;
			bench)
				need "gnuplot" command -v gnuplot
				need "openssl" command -v openssl
				;;
			budget)
				need "valgrind" command -v valgrind
				need "Python 3" command -v python3
				;;
			source)
				need "bzip2" command -v bzip2
				need "xz" command -v xz
				;;
			roots)
				need "debootstrap" command -v debootstrap
				;;
		esac
	done
	[ ${#missing[@]} -eq 0 ] && return
	{
		echo "This is not Debian, so nothing is installed for you. Missing:"
		printf '  - %s\n' "${missing[@]}"
	} >&2
	exit 1
}

if [ -e /etc/debian_version ] && command -v apt-get > /dev/null; then
	install_debian "$@"
else
	check_tools "$@"
fi

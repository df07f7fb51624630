# lib.sh: what the scripts share.  Sourced by bash scripts, run from the top
# of the source tree.
# shellcheck shell=bash disable=SC2034

PG_CONFIG=${PG_CONFIG:-pg_config}
MAKE=${MAKE:-make}
COPT_DEV=${COPT_DEV:-}

# A make that called us must not hand its own flags and jobs down.
unset MAKEFLAGS MFLAGS MAKELEVEL

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' dim=$'\e[2m' off=$'\e[0m'
else
	bold='' green='' red='' dim='' off=''
fi

started=$(date +%s)

# say TEXT: one line of progress, with the seconds since the start.
say()
{
	printf '%s[%3ds]%s %s\n' "$dim" "$(($(date +%s) - started))" "$off" "$*"
}

die()
{
	printf '%s%s%s\n' "$red" "$*" "$off" >&2
	exit 1
}

# quietly LOG COMMAND...: run it, show its output only if it fails.
quietly()
{
	local log=$1 status=0
	shift
	"$@" > "$log" 2>&1 < /dev/null || status=$?
	if [ $status -ne 0 ]; then
		tail -n 60 "$log" >&2
		die "failed ($status): $*"
	fi
}

# as_server COMMAND...: the server's programs refuse to run as root.  What is
# in as_server_under comes before it, and is root still; as_server_user makes
# the server's user of it.
as_server_under=()
as_server_user=(runuser -u postgres --)
as_server()
{
	if [ "$(id -u)" -eq 0 ]; then
		"${as_server_under[@]}" "${as_server_user[@]}" "$@"
	else
		"$@"
	fi
}

# stage_server DIR: copy the server of PG_CONFIG to DIR, keeping its layout.
# PostgreSQL finds its files relative to its programs, so the copy is a server
# of its own: `make install DESTDIR=DIR` puts the extension there and nothing
# on the machine changes.  Sets stage_bindir.
stage_server()
{
	local dir=$1 what source
	for what in --bindir --pkglibdir --sharedir; do
		source=$("$PG_CONFIG" $what)
		[ -d "$dir$source" ] && continue
		mkdir -p "$(dirname "$dir$source")"
		cp -a "$source" "$dir$source"
	done
	# messages in other languages; nothing is written there
	source=$("$PG_CONFIG" --localedir)
	if [ -d "$source" ] && [ ! -e "$dir$source" ]; then
		mkdir -p "$(dirname "$dir$source")"
		ln -s "$source" "$dir$source"
	fi
	stage_bindir=$dir$("$PG_CONFIG" --bindir)
}

# build TARGET [DESTDIR]: make all, or install into DESTDIR, a private copy of
# the server, with secauditctl beside its programs.
build()
{
	"$MAKE" -j"$(nproc)" "$1" PG_CONFIG="$PG_CONFIG" COPT_DEV="$COPT_DEV" \
		CTL_PREFIX="$(dirname "$("$PG_CONFIG" --bindir)")" DESTDIR="${2:-}"
}

# remove_tree DIR: rm -rf, but only of a directory that mktemp made for us.
remove_tree()
{
	case $1 in
		*/secaudit-*.??????) rm -rf -- "$1" ;;
	esac
}

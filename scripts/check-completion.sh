#!/bin/bash
# check-completion.sh SECAUDITCTL: the shells' completion of secauditctl offers the
# commands and options that --help names, and no others, and the words of lists
# that the schema names
set -euo pipefail
cd "$(dirname "$0")/.."
ctl=$1
. packaging/completion/secauditctl.bash
schema=docs/secaudit-record-1.schema.json
status=0

# same WHAT EXPECTED GOT: sets of words.
same()
{
	local difference
	difference=$(diff <(tr ' ' '\n' <<< "$2" | sort -u) <(tr ' ' '\n' <<< "$3" | sort -u)) || {
		printf '%s (<: wanted, >: offered)\n%s\n' "$1" "$difference"
		status=1
	}
}

# complete_bash WORD...: what bash offers for the last of the words.
complete_bash()
{
	COMP_WORDS=(secauditctl "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_secauditctl
	echo "${COMPREPLY[*]}"
}

# The long options of a command, with = where they have a value; those of filters
# with their negations, of which --help has one for all.
options_of_help()
{
	local options option
	options=$("$ctl" "$1" --help | sed -n '/^  secauditctl/d; s/^  //p' | grep -oE -- '(^|[ ,])--[a-z-]+=?' |
		tr -d ' ,' | sort -u)
	for option in $options; do
		echo "$option"
		[[ $("$ctl" "$1" "--not-${option#--}" 2>&1) == *'unrecognized option'* ]] ||
			echo "--not-${option#--}"
	done | paste -sd ' '
}

# The same from the zsh file: the lines of the command's case, and the lists that it names.
# shellcheck disable=SC2016
options_of_zsh()
{
	local file=packaging/completion/_secauditctl lines key
	lines=$(sed -n "/^\t$1)/,/;;/p" "$file")
	{
		grep -oE -- "--[a-z-]+=?" <<< "$lines"
		if grep -q '\$filters' <<< "$lines"; then
			for key in $(sed -n '/^for key in/,/; do$/p' "$file" | grep -oE "['\"][a-z-]+=:" | tr -d "'\":"); do
				printf -- '--%s\n--not-%s\n' "$key" "$key"
			done
			sed -n '/^filters+=(/,/^)/p' "$file" | grep -oE -- "'--[a-z-]+=?" | tr -d "'"
		fi
		! grep -q '\$output' <<< "$lines" ||
			sed -n '/^output=(/,/^)/p' "$file" | grep -oE -- "['\"]--[a-z-]+=?" | tr -d "'\""
	} | sort -u | paste -sd ' '
}

enum_of()
{
	python3 - "$schema" "$1" <<-'PYTHON'
		import json, sys
		schema = json.load(open(sys.argv[1], encoding="utf-8"))
		key = schema["properties"][sys.argv[2]]
		print(*(key.get("enum") or schema["$defs"][sys.argv[2]]["enum"]))
	PYTHON
}

# shellcheck disable=SC2016
enum_of_access()
{
	python3 -c 'import json; print(*json.load(open("'"$schema"'"))["$defs"]["object"]["properties"]["access"]["items"]["enum"])'
}

commands=$("$ctl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | paste -sd ' ')
same "commands (bash)" "$commands --help --version" "$(complete_bash '')"
same "commands (zsh)" "$commands" \
	"$(sed -nE "s/^\t\t'([a-z]+):.*/\1/p" packaging/completion/_secauditctl | paste -sd ' ')"
for command in $commands; do
	options=$(options_of_help "$command")
	[ -n "$options" ] || { echo "--help of $command names no options"; status=1; }
	same "options of $command (bash)" "$options" "$(complete_bash "$command" --)"
	same "options of $command (zsh)" "$options" "$(options_of_zsh "$command")"
done

same "part of an option" "--utc" "$(complete_bash tail --ut)"
same "accesses" "$(enum_of_access)" "$(complete_bash search --not-access = '')"
same "classes" "$(enum_of class)" "$(complete_bash tail --class = '')"
same "events" "$(enum_of event) session" "$(complete_bash tail --event =)"
same "outcomes" "$(enum_of outcome)" "$(complete_bash tail --outcome = '')"
same "a list goes on" "read,write" "$(complete_bash tail --class = read,wr)"
for word in $(enum_of class) $(enum_of event) $(enum_of outcome); do
	grep -qwF -- "$word" packaging/completion/_secauditctl || { echo "zsh does not know $word"; status=1; }
done

tmp=$(mktemp -d /tmp/secaudit-completion.XXXXXX)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/a directory"
touch "$tmp/secaudit-20260131T000000Z-000001.jsonl" "$tmp/other"
same "files of a trail, and directories" \
	"$tmp/a directory $tmp/secaudit-20260131T000000Z-000001.jsonl" "$(complete_bash verify "$tmp/")"

# What zsh really does; where it is not installed, the file has only been read.
if command -v zsh > /dev/null; then
	wanted=$(printf '%s\n' 'secauditctl search ' 'secauditctl search --current-user=' 'secauditctl search --class=transaction,' \
		'secauditctl search --class=read,write,' 'secauditctl search --not-access=' 'secauditctl stats --by=login,' \
		'secauditctl archive --seekable ' 'secauditctl info --pgdata=')
	got=$(scripts/complete.zsh 'secauditctl sea' 'secauditctl search --cur' 'secauditctl search --class=tran' \
		'secauditctl search --class=read,wri' 'secauditctl search --not-acc' 'secauditctl stats --by=lo' \
		'secauditctl archive --see' 'secauditctl info --pg')
	diff <(echo "$wanted") <(echo "$got") || { echo "zsh completes otherwise (<: wanted, >: got)"; status=1; }
else
	echo "zsh is not installed: its completion was read, not run"
fi
exit $status

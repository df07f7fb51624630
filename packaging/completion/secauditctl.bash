# Completion of secauditctl for bash.  Needs nothing of bash-completion but its
# directory; scripts/check-completion.sh holds it against --help.
# shellcheck shell=bash

# Words of a comma-separated list: what is there already stays.
_secauditctl_list()
{
	local done='' word
	[[ $cur != *,* ]] || done=${cur%,*},
	for word in $1; do
		[[ $done$word != "$cur"* ]] || COMPREPLY+=("$done$word")
	done
}

_secauditctl_value()
{
	case $1 in
		--class) _secauditctl_list 'read write ddl role function session error config misc misc_set transaction replication audit alert' ;;
		--outcome) _secauditctl_list 'success failure partial unknown' ;;
		--event) _secauditctl_list 'statement session session.auth session.start session.end role error transaction config replication worker custom alert audit.start audit.stop audit.open audit.close audit.checkpoint audit.gap audit.expire' ;;
		--color) _secauditctl_list 'auto always never' ;;
		--since) _secauditctl_list '10min 1h 1d 1w' ;;
		-n | --records) _secauditctl_list 'all' ;;
		*) return 1 ;;
	esac
}

# What only root or postgres may read completes to nothing, and that is right.
_secauditctl_files()
{
	local file
	while IFS= read -r file; do
		COMPREPLY+=("$file")
	done < <(compgen -d -- "$cur"; compgen -f -X '!*.jsonl' -- "$cur")
	compopt -o filenames 2> /dev/null
}

_secauditctl()
{
	local cur prev options
	COMPREPLY=()
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W 'rules tail token verify --help --version' -- "$cur")
		return
	fi
	# readline takes = for a word of its own
	if [ "$prev" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	elif [ "$cur" = = ]; then
		cur=
	fi
	! _secauditctl_value "$prev" || return 0
	case ${COMP_WORDS[1]} in
		tail) options='--follow --records= --user= --class= --outcome= --event= --since= --utc --raw --color= --help' ;;
		verify) options='--closed --expect= --json --quiet --help' ;;
		token) options='--key-command= --key-file= --key-id --help' ;;
		rules) options='--member-of= --quiet --help' ;;
		*) return ;;
	esac
	if [ "${COMP_WORDS[1]}" = rules ] && [ "$COMP_CWORD" -eq 2 ] && [[ $cur != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W 'check explain' -- "$cur")
		return
	fi
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		[[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace 2> /dev/null
	else
		_secauditctl_files
	fi
}
complete -F _secauditctl secauditctl

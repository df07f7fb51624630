# Completion of secauditctl for bash.  Needs nothing of bash-completion but its
# directory; scripts/check-completion.sh holds it against --help.
# shellcheck shell=bash

# Which records; each may have not- before it as well.
_secauditctl_keys=(user= session-user= current-user= db= app= context= tag= rule= client= session= pid= class= event= command= outcome= sqlstate= origin= object= access= grep= privileged superuser
	min-rows= min-duration=)
_secauditctl_filters="${_secauditctl_keys[*]/#/--} ${_secauditctl_keys[*]/#/--not-} --since= --until= --seq= --ignore-case"

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
	case ${1/#--not-/--} in
		--class) _secauditctl_list 'read write ddl role function session error config misc misc_set transaction replication audit alert' ;;
		--outcome) _secauditctl_list 'success failure partial unknown' ;;
		--access) _secauditctl_list 'select insert update delete truncate lock execute create alter drop grant revoke copy_to copy_from maintain' ;;
		--origin) _secauditctl_list 'client function trigger referential rule extension worker fastpath' ;;
		--columns) _secauditctl_list 'time seq outcome class command user db client session app objects rows duration text' ;;
		--by) _secauditctl_list 'class outcome user client object hour login right statement event command db app day' ;;
		--sort) _secauditctl_list 'records failed rows duration' ;;
		--to) _secauditctl_list 'ecs ocsf cef csv pgaudit' ;;
		--level) _secauditctl_list '1 3 6 9 19' ;;
		--older-than) _secauditctl_list '1h 1d 1w' ;;
		--output) _secauditctl_list 'table json csv logfmt' ;;
		--fields) _secauditctl_list 'help' ;;
		--event) _secauditctl_list 'statement session session.auth session.start session.end role error transaction config replication worker custom alert audit.start audit.stop audit.open audit.close audit.checkpoint audit.gap audit.expire' ;;
		--color) _secauditctl_list 'auto always never' ;;
		--since | --until) _secauditctl_list 'today yesterday this-week 10min 1h 1d 1w' ;;
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
	done < <(compgen -d -- "$cur"; compgen -f -X '!*.jsonl' -- "$cur"; compgen -f -X '!*.jsonl.zst' -- "$cur"; compgen -f -X '!*.jsonl.gz' -- "$cur")
	compopt -o filenames 2> /dev/null
}

_secauditctl()
{
	local cur prev options
	COMPREPLY=()
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W 'archive compliance convert evidence index info report rules search session shipped show stats tail token verify --help --version' -- "$cur")
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
		archive) options='--gzip --seekable --keep --level= --older-than= --help' ;;
		session) options='--absolute --columns= --utc --local --color= --help' ;;
		shipped) options='--help' ;;
		show) options='--output= --utc --local --color= --help' ;;
		compliance) options='--dbname= --profile= --format= --exceptions= --help' ;;
		convert) options="$_secauditctl_filters --to= --log-parameter --log-relation --log-line-prefix= --utc --quiet --help" ;;
		evidence) options='--dbname= --profile= --test= --json --yes --help' ;;
		info) options='--pgdata= --quick --json --utc --local --color= --help' ;;
		report) options='--since= --until= --output= --format= --redact --rows= --utc --local --help' ;;
		stats) options="$_secauditctl_filters --by= --top= --sort= --json --utc --local --color= --help" ;;
		index) options='--force --quiet --help' ;;
		search)
			options="$_secauditctl_filters --output= --fields= --columns= --all --limit= --count --utc --local --color= --jobs= --quiet --help"
			;;
		tail)
			options="$_secauditctl_filters --follow --records= --output= --fields= --columns= --all --raw --utc --local --color= --help"
			;;
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

#!/bin/zsh -f
# complete.zsh TEXT...: each text on a line of its own, as the completion of packaging/
# makes it of it when Tab is pressed behind it in an interactive zsh
emulate -L zsh
zmodload zsh/zpty
cd ${0:A:h}/..
zpty tty zsh -f -i
# Wait for what ends in a mark; it is in $reply then.
until_mark()
{
	local line text= deadline=$((SECONDS + 20))
	while ((SECONDS < deadline)); do
		if zpty -r -t tty line; then
			text+=$line
			[[ $text == *$'\x05'${~1}$'\x05'* ]] && { reply=$text; return 0 }
		else
			sleep 0.02
		fi
	done
	print -ru2 -- "no answer from zsh: $text"
	exit 1
}
zpty -w tty "PROMPT= RPROMPT= TERM=dumb; unsetopt zle_bracketed_paste 2>/dev/null; stty -echo; fpath=($PWD/packaging/completion \$fpath)
autoload -U compinit; compinit -u -D
say() { print -rn -- \$'\\x05'=\$BUFFER\$'\\x05'; BUFFER= }
zle -N say; bindkey '^X' say; bindkey '^I' complete-word; unsetopt auto_menu auto_list list_beep beep
print -rn -- \$'\\x05'ready\$'\\x05'"
until_mark ready
for text; do
	zpty -w -n tty "$text"$'\t\x18'
	until_mark '=*'
	text=${reply#*$'\x05'=}
	print -r -- "${text%%$'\x05'*}"
done
zpty -d tty

#!/bin/bash
# test-readme.sh [SUITE...]: the README's first commands, as they are, on a fresh
# minimal Debian of each suite (default: bookworm trixie sid)
#
# COMMANDS='make demo' chooses among them.  The system has what debootstrap's minbase
# puts there, the machine's way to its packages, and make.
# It is made for this run and gone with it; so is what the commands leave.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/roots.sh

suites=("${@:-bookworm}")
[ $# -gt 0 ] || suites=(bookworm trixie sid)
in_namespaces readme "$@"

passed=0 failed=0
mkdir -p build

# The indented lines after the first paragraph: what a reader copies.
commands_of_readme()
{
	sed -n '/^    make/,/^$/s/^    \(make [^#]*[^# ]\) *#.*/\1/p' README.md | head -n 2
}

# run_command SUITE COMMAND: in the tree, as root of the fresh system.
run_command()
{
	local suite=$1 command=$2 log=build/readme-$1-${2##* }.log status=0
	in_root bash -ec "cd /root/secaudit && $command" > "$log" 2>&1 < /dev/null || status=$?
	if [ $status -eq 0 ]; then
		passed=$((passed + 1))
		say "ok      $suite: $command ($(grep -oE 'secaudit for PostgreSQL [^ ]+|^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1))"
	else
		failed=$((failed + 1))
		say "${red}FAILED${off}  $suite: $command ($log)"
		tail -n 30 "$log"
	fi
}

trap remove_throwaway EXIT
mapfile -t commands < <(if [ -n "${COMMANDS:-}" ]; then echo "$COMMANDS"; else commands_of_readme; fi)
[ ${#commands[@]} -gt 0 ] || die "the README names no commands"
for suite in "${suites[@]}"; do
	make_throwaway readme "$suite"
	say "a fresh Debian $suite"
	quietly "build/readme-$suite.log" in_root sh -c "apt-get update && apt-get install -y make"
	copy_files "$root/root/secaudit"
	for command in "${commands[@]}"; do
		run_command "$suite" "$command"
	done
	remove_throwaway
done
printf '%d passed, %d failed\n' $passed $failed
[ $failed -eq 0 ]

# Shared by the tests in the emulated machine: forkcost's own helpers, and a way into it.
# shellcheck shell=bash
load ../cli/helpers

# guest_run [OPTION...] FOLDER COMMAND: COMMAND in the guest, as `sh scripts/guest run` has it; what it
# left in /results comes into FOLDER. No longer than 90 seconds.
guest_run() {
	local command=${*: -1}
	timeout -k 10 120 sh "$ROOT/scripts/guest" run --timeout 90 "${@:1:$#-1}" -- "$command" 3>&-
}

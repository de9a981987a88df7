#!/usr/bin/env bats
# forkcost explain in an emulated RISC-V machine: another kernel, other page tables, the same statements.
load helpers

setup_file() {
	boot_once --memory 512M "forkcost explain --no-pause >/results/explain; echo \$? >/results/status
		forkcost explain --json --primitive posix_spawn >/results/spawn.json; echo \$? >>/results/status"
}

@test "all that explain says of fork and vfork holds, and nothing is hidden" {
	run cat "$BATS_FILE_TMPDIR/explain"
	[ "$(tr -d '\n' <"$BATS_FILE_TMPDIR/status")" = 00 ] || fail_with "it failed"
	[[ ${lines[-1]} =~ ^[1-9][0-9]*\ statements\ hold,\ 0\ do\ not,\ 0\ could ]] || fail_with "not all holds"
	[[ $output == *"puts into satp"* ]] || fail_with "another register"
	[[ $output == *"The CPU is emulated: costs below say nothing"* ]] || fail_with "not marked"
	[[ $output == *"ok  64 page faults in the child for 64 pages written"* ]] || fail_with "no copies"
}

@test "and of posix_spawn, as JSON" {
	grep -q '"statements_failed": 0' "$BATS_FILE_TMPDIR/spawn.json"
	[ "$(grep -c '"faults_in_pass": 0' "$BATS_FILE_TMPDIR/spawn.json")" -eq 3 ]
}

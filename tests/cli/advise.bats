#!/usr/bin/env bats
# forkcost advise: what to do about fork, from a run that is kept.
load helpers

RUN=$ROOT/results/reference-2cpu-vm

@test "advise names the shortest way, with what it saves, and says which values lie on a line" {
	run --separate-stderr "$FORKCOST" advise "$RUN" --heap 3G --threads 8
	succeeded
	[[ $output == *"beyond both"* ]] || fail_with "not said that 3G was not measured"
	[[ $output =~ "The shortest: "(vfork|CLONE_VM.CLONE_VFORK|posix_spawn)"." ]] || fail_with "no advice"
	[[ $output == *"what they ask for"* ]] || fail_with "not what they ask for"
	fits 80
}

@test "for a snapshot nothing is advised that gives the child another heap" {
	run --separate-stderr "$FORKCOST" advise "$RUN" --heap 1G --snapshot
	succeeded
	[[ $output == *"While the child lives"* ]] || fail_with "no writes"
	[[ $output != *posix_spawn* && $output != *DONTFORK* ]] || fail_with "no snapshot"
}

@test "what advise cannot do it refuses" {
	usage_error "at once" advise "$RUN" --exec --snapshot
	usage_error 4K advise "$RUN" --heap 5000
	usage_error heap advise "$RUN" --heap x
	usage_error threads advise "$RUN" --threads 5000
	usage_error nosuch advise "$BATS_TEST_TMPDIR/nosuch"
}

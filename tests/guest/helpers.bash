# Shared by the tests in the emulated machine: forkcost's own helpers, and a way into it.
# shellcheck shell=bash
load ../cli/helpers

# guest_run [OPTION...] FOLDER COMMAND: COMMAND in the guest, as `sh scripts/guest run` has it; what it
# left in /results comes into FOLDER. No longer than 10 minutes, for it is an emulator, and others may want the CPUs.
guest_run() {
	local command=${*: -1}
	timeout -k 10 630 sh "$ROOT/scripts/guest" run --timeout 600 "${@:1:$#-1}" -- "$command" 3>&-
}

# What the guest's PMU counts, and page faults.
COUNTERS=dtlb_load_walks,dtlb_store_walks,itlb_walks,instructions,page_faults
# The options of a small run in the guest that counts them; EXPERIMENT-heap and output are to follow. A
# replicate counts twice of an arm, shortly one after the other, and a stretch in which another process has
# the one CPU takes both: hence three replicates.
SHORT="--cell-time 1ms --state dirty --cache warm --child-cpu same --page-kind 4k
	--touch-order sequential --no-plots --no-table"
SHORT=${SHORT//[$'\n\t']/ }
COUNTED="--counters $COUNTERS --replicates 3 $SHORT"

# boot_once [OPTION...] COMMAND: for setup_file: COMMAND in the guest, with what it leaves in /results in
# $BATS_FILE_TMPDIR. Shows what it printed if it fails.
boot_once() {
	guest_run "${@:1:$#-1}" "$BATS_FILE_TMPDIR" "${*: -1}" >"$BATS_FILE_TMPDIR/printed" 2>&1 || {
		cat "$BATS_FILE_TMPDIR/printed" >&2
		return 1
	}
}

# table_of NAME: makes $TABLE of the run in the guest whose output was /results/NAME.
table_of() {
	FOLDER=$BATS_FILE_TMPDIR/$1/latest
	TABLE=$BATS_TEST_TMPDIR/$1.table
	! samples "$FOLDER" | grep '"type":"failure"' || fail_with "some cells failed"
	tsv "$FOLDER/summary.csv" >"$TABLE"
}

# every NUMBER CONDITION CLAIM: so many rows meet the condition, and the claim holds for each.
every() {
	local found
	found=$(rows "$2" 1) || return
	found=$(grep -c . <<<"$found")
	[ "$found" -eq "$1" ] || fail_with "$found rows, not $1, are: $2"
	all "$2" "$3"
}

# same_summary FOLDER FOLDER: whether the two summary.csv are the same; numbers may be rounded another way,
# as a CPU that multiplies and adds at once does.
same_summary() {
	paste <(tsv "$1/summary.csv") <(tsv "$2/summary.csv") | awk -F '\t' '{
		for (i = 1; i <= NF / 2; i++) {
			other = $(i + NF / 2); off = $i - other
			if ($i != other && !(i >= 18 && i <= 26 && off * off <= 1e-10 * other * other)) {
				print NR, i, $i, other
				bad = 1
			}
		}
	} END { exit bad || NR < 2 }'
}

# shown_on_host NAME...: the host's forkcost summarizes, draws and shows the run of the guest, with what it
# counted.
shown_on_host() {
	local name folder
	for name; do
		folder=$BATS_TEST_TMPDIR/$name
		cp -R "$BATS_FILE_TMPDIR/$name/latest/." "$folder"
		rm -r "$folder/summary.csv" "$folder/plots"
		"$FORKCOST" summarize "$folder" >/dev/null && "$FORKCOST" plot "$folder" >/dev/null
		same_summary "$folder" "$BATS_FILE_TMPDIR/$name/latest" ||
			fail_with "$name: the host makes another summary.csv of it than the guest, as above"
		grep -q '>instructions<' "$folder/plots/counters-by-arm.svg" || fail_with "$name: no counts drawn"
		run --separate-stderr "$FORKCOST" show "$folder"
		[[ $status == 0 && $output == *"emulated by QEMU"* && $output == *" counted: "* ]] ||
			fail_with "$name: not shown"
	done
}

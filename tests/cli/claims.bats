#!/usr/bin/env bats
# forkcost claims: verdicts from a run's data, in every form; and that a run gets them.
load helpers

setup_file() {
	"$FORKCOST" run --experiment inherit,first_write,switch,spawn --heap 0,1M,16M --page-kind 4k --touch-order sequential \
		--primitive fork,vfork,eager_copy --child-cpu same --cache warm --replicates 5 --cell-time 20ms \
		--counters none --no-plots --no-table --output "$BATS_FILE_TMPDIR/run" 3>&- 2>/dev/null
}

setup() {
	FOLDER=$BATS_FILE_TMPDIR/run/latest
}

# verdict ID: what claims.json says of it.
verdict() {
	awk -v id="$1" '$1 == "\"id\":" { on = $2 == "\"" id "\"," } on && $1 == "\"verdict\":" {
		gsub(/^.*": "|",$/, ""); print }' "$FOLDER/claims.json"
}

is() {
	[ "$(verdict "$1")" = "$2" ] || fail_with "$1: '$(verdict "$1")', not '$2'" "$(grep "^| $1 " "$FOLDER/claims.md")"
}

# These follow from counts, so no noise of the machine can change them.
@test "what frames, page tables and page faults show is told with its correction" {
	[ "$(id -u)" = 0 ] || skip "only root sees frame numbers"
	is C1 holds
	is C2 'holds, with this correction'
	is C3 holds
	is C8 holds
	grep -q '^| C2 .*page tables of shared memory and of file mappings that were never written are not copied' \
		"$FOLDER/claims.md" || fail_with "not corrected"
}

@test "what an exec leaves behind is told with its correction: a fault, cheaper than a copy" {
	is C6 holds
	is C7 'holds, with this correction'
	grep -q '^| C7 .*still takes a fault that takes the page back' "$FOLDER/claims.md" || fail_with "not corrected"
}

@test "that vfork is obsolete does not hold, and the heap is named from which it wins" {
	is C11 'does not hold here'
	run --separate-stderr "$FORKCOST" claims "$FOLDER"
	[[ $output =~ "=> does not hold here: from a heap of "[0-9] ]] || fail_with "no heap"
}

@test "the terminal's form has every claim, its numbers and where to look, in 80 columns" {
	run --separate-stderr "$FORKCOST" claims "$FOLDER"
	[ "$status" -eq 0 ] && [ -z "$stderr" ] || fail_with "it failed"
	[ "$(grep -c '^     => \(holds\|does not hold here\|cannot tell here: ..*\)' <<<"$output")" -eq 12 ] ||
		fail_with "not twelve verdicts"
	[ "$(grep -c '^     see: ' <<<"$output")" -eq 12 ] || fail_with "not twelve figures"
	[ -z "$(awk 'length($0) > 80' <<<"$output")" ] || fail_with "wider than 80 columns"
}

@test "Markdown and JSON say the same, and the run has both" {
	run --separate-stderr "$FORKCOST" claims --markdown "$FOLDER"
	[ "$output" = "$(cat "$FOLDER/claims.md")" ] || fail_with "another claims.md"
	[ "$(grep -c '^| C[0-9]* | ' <<<"$output")" -eq 12 ] || fail_with "not twelve rows"
	run --separate-stderr "$FORKCOST" claims --json "$FOLDER"
	[ "$output" = "$(cat "$FOLDER/claims.json")" ] || fail_with "another claims.json"
	local id
	for id in C1 C5 C9 C12; do
		grep -q "^| $id | .* | \*\*$(verdict $id)\*\*" "$FOLDER/claims.md" || fail_with "$id differs"
	done
}

@test "figures that claims name are figures that there are" {
	local figure
	while read -r figure; do
		[ -f "$ROOT/plots/$figure.gp" ] || fail_with "there is no figure $figure"
	done < <(sed -n 's/.*"see": "plots\/\(.*\)",/\1/p' "$FOLDER/claims.json")
}

@test "a run without the data cannot tell, and says what to run" {
	"$FORKCOST" run "${TINY[@]}" --primitive fork --output "$BATS_TEST_TMPDIR/run" 3>&- 2>/dev/null
	FOLDER=$BATS_TEST_TMPDIR/run/latest
	is C3 'cannot tell here'
	grep -q '^| C1 .*forkcost run --experiment inherit' "$FOLDER/claims.md" || fail_with "not said what to run"
	grep -q '^| C10 ' "$FOLDER/claims.md" && ! grep -q 'nan\|inf' "$FOLDER/claims.md"
}

@test "the table of a run ends with the verdicts" {
	run --separate-stderr "$FORKCOST" show "$FOLDER"
	[[ $output == *"claims (forkcost claims RUN tells them with numbers)"*"C12 "*"results: "* ]] || fail_with "none"
}

@test "what is no run, or no option, is refused" {
	usage_error surplus claims "$FOLDER" surplus
	usage_error --html claims --html "$FOLDER"
	usage_error 'which run' claims
	usage_error nowhere claims nowhere
}

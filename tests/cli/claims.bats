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
@test "what frames, page tables and page faults show is given with its correction" {
	[ "$(id -u)" = 0 ] || skip "only root sees frame numbers"
	is C1 holds
	is C2 'holds, with this correction'
	is C3 holds
	is C8 holds
	is C17 'does not hold here'
	grep -q '^| C2 .*page tables of shared memory and of file mappings that were never written are not copied' \
		"$FOLDER/claims.md" || fail_with "not corrected"
}

@test "after posix_spawn no page faults, so that it has no fork inside" {
	is C15 'does not hold here'
	grep -q '^| C15 .*\*\*does not hold here\*\*: the child shares the caller.s memory' "$FOLDER/claims.md" || fail_with "not said what is so instead"
	awk '/"id": / { on = /"C15"/ } on && /"correction": / { print }' "$FOLDER/claims.json" | grep -q 'shares the caller' ||
		fail_with "not in JSON"
}

@test "what a claim lacks is named with the option that gives it" {
	is C13 inconclusive
	is C18 inconclusive
	grep -q '^| C13 .*not part of this run: first_write, parent_copy, thp pages (2 MiB); add --page-kind 4k,thp' "$FOLDER/claims.md" ||
		fail_with "C13"
	grep -q '^| C18 .*not part of this run: spawn, fork exec, thp pages (2 MiB); add --page-kind 4k,thp' "$FOLDER/claims.md" ||
		fail_with "C18"
	[[ $(tail -1 "$FOLDER/claims.md") == 'not part of this run: C14; forkcost run --experiment thread_gap measures '* ]] ||
		fail_with "C14"
}

# What rests on times is asked of a run that was taken once and for all.
of_the_reference() {
	FOLDER=$BATS_TEST_TMPDIR
	"$FORKCOST" claims --json "$ROOT/results/reference-2cpu-vm" >"$FOLDER/claims.json"
	"$FORKCOST" claims --markdown "$ROOT/results/reference-2cpu-vm" >"$FOLDER/claims.md"
}

@test "what an exec leaves behind makes half right what says that it leaves nothing" {
	local id
	of_the_reference
	is C6 holds
	is C7 'half right'
	is C9 'half right'
	is C13 'does not hold here'
	is C15 'does not hold here'
	is C16 'does not hold here'
	for id in C7 C9; do
		awk -v id="$id" '/"id": / { on = $2 == "\"" id "\"," } on' "$FOLDER/claims.json" >"$FOLDER/claim.json"
		grep -q '"role": "denies"' "$FOLDER/claim.json" || fail_with "no rule of $id denies"
		grep -q '"correction": "..*exec' "$FOLDER/claim.json" || fail_with "$id has no correction in JSON"
	done
	grep -q '^| C9 .*exec undoes nothing' "$FOLDER/claims.md" || fail_with "not corrected"
	grep -q '^| C7 .*still takes a fault that reuses the page' "$FOLDER/claims.md" || fail_with "not corrected"
}

# without_heaps HEAP...: the reference run, as if these had not been measured (1 GiB: its vfork is too wide to cite).
without_heaps() {
	local heaps=$*
	FOLDER=$BATS_TEST_TMPDIR/run
	cp -r "$ROOT/results/reference-2cpu-vm" "$FOLDER"
	edit_samples "$FOLDER" -E "/^\{\"type\":\"cell\",\"experiment\":\"spawn\",\"heap_bytes\":(${heaps// /|}),/d"
	"$FORKCOST" summarize "$FOLDER"
}

@test "that vfork is obsolete does not hold, and the heap is named from which it wins" {
	without_heaps 1073741824
	is C11 'does not hold here'
	run --separate-stderr "$FORKCOST" claims "$FOLDER"
	[[ $output =~ "=> does not hold here: from a heap of "[0-9] ]] || fail_with "no heap"
}

@test "where the smallest heap measured is won already it is a bound, and says so in every form" {
	without_heaps 0 1048576 4194304 1073741824
	is C11 'does not hold here'
	run --separate-stderr "$FORKCOST" claims "$FOLDER"
	output=$(tr -s ' \n' ' ' <<<"$output")
	[[ $output =~ "already at the smallest heap measured, 16 MiB, fork and exec take "[0-9.]+" (" ]] ||
		fail_with "not a bound in the verdict"
	[[ $output =~ "from a heap of: at most 16 MiB, already so at the smallest heap measured ("[0-9.]+" times there)" ]] ||
		fail_with "not a bound in the numbers"
	[[ $output != *"from a heap of 16 MiB"* ]] || fail_with "a finding"
	grep -q 'from a heap of: at most 16 MiB, already so' "$FOLDER/claims.md" || fail_with "not in Markdown"
	awk '/vfork_wins_2_from/ { on = 1 } on && /value/ { print; exit }' "$FOLDER/claims.json" |
		grep -q '"value_at_most": 16777216' || fail_with "not in JSON"
}

@test "tables, figures and claims show first writes at one heap, and name it" {
	local heap
	"$FORKCOST" show "$FOLDER" >"$BATS_TEST_TMPDIR/shown" 2>/dev/null
	heap=$(sed -n 's/^first write to a page: heap \([^,]*\),.*/\1/p' "$BATS_TEST_TMPDIR/shown")
	[ -n "$heap" ] || fail_with "no heap in the table"
	grep -q "first write to a page: heap $heap," "$FOLDER/tables/first_write.md" || fail_with "another in Markdown"
	grep -q "first write to a page: heap $heap," "$FOLDER/tables/first_write.tex" || fail_with "another in LaTeX"
	grep -q "^single writes, .* heap $heap," "$FOLDER/plots/data/caption-first-write-cdf.dat" || fail_with "another figure"
	[ "$(grep -o 'the caller.s first write[^<|]*heap [^:;<|]*' "$FOLDER/claims.md" | sed 's/.*heap //' | sort -u)" = "$heap" ] ||
		fail_with "another in the claims"
}

@test "the terminal's form has every claim, its numbers and where to look, in 80 columns" {
	run --separate-stderr "$FORKCOST" claims "$FOLDER"
	[ "$status" -eq 0 ] && [ -z "$stderr" ] || fail_with "it failed"
	[ "$(grep -c '^     => \(holds\|half right: ..*\|does not hold here\|inconclusive: ..*\)' <<<"$output")" -eq 17 ] ||
		fail_with "not seventeen verdicts"
	[ "$(grep -c '^     see: ' <<<"$output")" -eq 17 ] || fail_with "not seventeen figures"
	[ -z "$(awk 'length($0) > 80' <<<"$output")" ] || fail_with "wider than 80 columns"
}

@test "Markdown and JSON say the same, and the run has both" {
	run --separate-stderr "$FORKCOST" claims --markdown "$FOLDER"
	[ "$output" = "$(cat "$FOLDER/claims.md")" ] || fail_with "another claims.md"
	[ "$(grep -c '^| C[0-9]* | ' <<<"$output")" -eq 17 ] || fail_with "not seventeen rows"
	run --separate-stderr "$FORKCOST" claims --json "$FOLDER"
	[ "$output" = "$(cat "$FOLDER/claims.json")" ] || fail_with "another claims.json"
	local id
	for id in C1 C5 C9 C12 C15; do
		grep -q "^| $id | .* | \*\*$(verdict $id)\*\*" "$FOLDER/claims.md" || fail_with "$id differs"
	done
}

@test "the claim about the MMU says which register it is here, and whether the TLB keeps what it has" {
	local run=$BATS_TEST_TMPDIR/run machine pcid note said=0
	cp -r "$ROOT/results/reference-2cpu-vm" "$run"
	while IFS='|' read -r machine pcid note; do
		sed -E "s/\"machine\": \"x86_64\"/\"machine\": \"$machine\"/; s/\"pcid\": true/\"pcid\": $pcid/" \
			"$ROOT/results/reference-2cpu-vm/environment.json" >"$run/environment.json"
		run --separate-stderr "$FORKCOST" claims --markdown "$run"
		[[ $(grep '^| C5 ' <<<"$output") == *"Here by a register: $note. | "* ]] || fail_with "$machine, $pcid: not '$note'"
		[ "$(grep -c 'Here by' <<<"$output")" -eq 1 ] || fail_with "more than one note"
		said=$((said + 1))
	done <<-END
		x86_64|true|the kernel loads CR3 with the root of the next page tables, tagged (PCID), so that the TLB keeps the entries of other address spaces
		x86_64|false|the kernel loads CR3 with the root of the next page tables; without PCID this flushes the TLB
		riscv64|true|satp contains the root of the page tables
		aarch64|true|TTBR0_EL1 contains the root of the page tables
	END
	[ $said -eq 4 ] || fail_with "$said machines"
}

@test "figures that claims name are figures that there are" {
	local figure
	while read -r figure; do
		[ -f "$ROOT/plots/$figure.gp" ] || fail_with "there is no figure $figure"
	done < <(sed -n 's/.*"see": "plots\/\(.*\)",/\1/p' "$FOLDER/claims.json")
	[ "$(grep -cE '"see": "(plots/[a-z0-9-]+|forkcost explain)"' "$FOLDER/claims.json")" -eq 18 ] || fail_with "not eighteen"
	grep -q '"see": "plots/' "$FOLDER/claims.json" || fail_with "no figures"
}

@test "claims that are no part of the run end it in one line, and say what to run" {
	local line
	"$FORKCOST" run "${TINY[@]}" --primitive fork --output "$BATS_TEST_TMPDIR/run" 3>&- 2>/dev/null
	FOLDER=$BATS_TEST_TMPDIR/run/latest
	is C3 'inconclusive'
	line=$(tail -1 "$FOLDER/claims.md")
	[[ $line == "not part of this run: C1 to "*"; forkcost run --experiment "*" measures what they need" ]] ||
		fail_with "no such line: $line"
	[[ $line == *inherit*first_write*switch* ]] || fail_with "experiments missing: $line"
	! grep -q '^| C[1-8] ' "$FOLDER/claims.md" || fail_with "a row of its own as well"
	! grep -q 'nan\|inf' "$FOLDER/claims.md" || fail_with "no number"
	"$FORKCOST" show "$FOLDER" | sed -n '/^claims (/,/^$/p' >"$BATS_TEST_TMPDIR/brief"
	[ "$(grep -cE '^ *not part of this run: C' "$BATS_TEST_TMPDIR/brief")" -eq 1 ] || fail_with "$(cat "$BATS_TEST_TMPDIR/brief")"
	! grep -q '^  C[1-8] ' "$BATS_TEST_TMPDIR/brief" || fail_with "$(cat "$BATS_TEST_TMPDIR/brief")"
	[ "$(grep -c '"id": "C' "$FOLDER/claims.json")" -eq 18 ] || fail_with "not all in JSON"
	[ "$(grep -c '"why": "..*' "$FOLDER/claims.json")" -ge 18 ] || fail_with "no reasons in JSON"
}

@test "the table of a run ends with the verdicts" {
	run --separate-stderr "$FORKCOST" show "$FOLDER"
	[[ $output == *"claims (forkcost claims RUN shows them with numbers)"*"C18 "*"results: "* ]] || fail_with "none"
}

@test "what is no run, or no option, is refused" {
	usage_error surplus claims "$FOLDER" surplus
	usage_error --html claims --html "$FOLDER"
	usage_error 'choose a RUN' claims
	usage_error nowhere claims nowhere
}

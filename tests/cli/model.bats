#!/usr/bin/env bats
# forkcost model, on the reference run: physics, and that all forms say the same.
load helpers

RUN=$ROOT/results/reference-2cpu-vm

# number FIELD PRIMITIVE STATE ITEM: of the line over pages in model.json, as each_ns.low; points: how many.
number() {
	awk -F '"' -v field="$1" -v primitive="$2" -v state="$3" -v item="$4" '
		/^  [{]$/ { split("", value); group = "" }
		/^   "[a-z_]+": [{]$/ { group = $2 "." }
		/^ +"[a-z_]+": [^[{]/ {
			word = $3
			gsub(/[: ,]/, "", word)
			value[(/^    / ? group : "") $2] = word == "" ? $4 : word
		}
		/^     "residual": / { value["points"]++ }
		/^  },?$/ && value["primitive"] == primitive && value["action"] == "exit" && value["state"] == state &&
			value["item"] == item && value["over"] == "page" { print value[field] }' "$BATS_FILE_TMPDIR/run/model.json"
}

setup_file() {
	cp -R "$RUN" "$BATS_FILE_TMPDIR/run"
	"$FORKCOST" summarize "$BATS_FILE_TMPDIR/run"
}

# above A B: numbers.
above() {
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > b) }' || fail_with "$1 is not above $2"
}

@test "a fork's page costs time to copy, to protect and to tear down; vfork's costs nothing" {
	local state
	for state in dirty write-protected; do
		above "$(number each_ns.low fork $state call)" 0
		above "$(number each_ns.low fork $state later)" 0
		above 1 "$(number each_ns.value vfork $state call)"
		[ "$(number holds fork $state call)" = true ]
	done
	above "$(number each_ns.low fork dirty protect)" 0
	# Copied and protected is what a dirty page costs, within what is not known of the three.
	awk -v dirty="$(number each_ns.value fork dirty call)" -v clean="$(number each_ns.value fork write-protected call)" \
		-v protect="$(number each_ns.value fork dirty protect)" \
		'BEGIN { off = (clean + protect) / dirty; exit !(off > 0.85 && off < 1.15) }' ||
		fail_with "copy and protect are not the whole"
}

@test "what was not varied is named" {
	local over
	for over in mapping open_file sleeping_thread table_page; do
		grep -q "^  \"$over\": \"unavailable: " "$BATS_FILE_TMPDIR/run/model.json" || fail_with "$over"
	done
	run ! grep -q '^  "page": ' "$BATS_FILE_TMPDIR/run/model.json"
}

@test "model prints a sentence for each primitive, and the table of the folder, in 100 columns" {
	run --separate-stderr "$FORKCOST" model "$RUN"
	[ "$status" -eq 0 ] || fail_with "it failed"
	fits 100
	[[ $output == *"fork, exit: "*" a page to copy, "*" a page"*"to protect"* ]] || fail_with "no sentence"
	[[ $output == *"posix_spawn, exec: "* ]] || fail_with "none of posix_spawn"
	[ "$(grep -c '^fork  *exit ' <<<"$output")" -ge 4 ]
	grep -q '^| fork | exit | dirty | [0-9.]* us ±' "$BATS_FILE_TMPDIR/run/tables/model.md"
	grep -q '^fork & exit & dirty & ' "$BATS_FILE_TMPDIR/run/tables/model.tex"
}

@test "residuals are drawn of what model.json has" {
	local of_json of_figure
	of_json=$(number points fork dirty call)
	of_figure=$(awk 'NF == 0 { on = 0 } on { n++ } $0 == "fork" { on = 1 } END { print n }' \
		"$BATS_FILE_TMPDIR/run/plots/data/model-residuals-dirty.dat")
	[ "$of_json" -ge 5 ] && [ "$of_json" = "$of_figure" ] || fail_with "$of_json and $of_figure"
}

@test "model counts the coefficients that are not within 5 %, and lists them" {
	local count heads
	run --separate-stderr env COLUMNS=200 "$FORKCOST" model "$RUN"
	count=$(sed -n "s/^\([0-9]*\) of the model's [0-9]* coefficients are not within ±5%.*/\1/p" <<<"$output")
	[ -n "$count" ] || fail_with "no count"
	[ "$(awk '/^primitive .* replicates$/ { on = 1; next } NF == 0 { on = 0 } on { n++ } END { print n + 0 }' <<<"$output")" = "$count" ] ||
		fail_with "it lists others than $count"
}

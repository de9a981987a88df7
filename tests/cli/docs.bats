#!/usr/bin/env bats
# What the documents say that a machine can check: against the source, the programs and a run.
load helpers

DOCS=$ROOT/docs

setup_file() {
	"$FORKCOST" run --heap 64K,2M --replicates 1 --cell-time 1ms --cache warm --state dirty --child-cpu same,free \
		--primitive fork,vfork,thread --page-kind 4k --starters 1,2 --no-plots --no-table \
		--output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr" || {
		cat "$BATS_FILE_TMPDIR/stderr" >&2
		return 1
	}
	cd "$ROOT" && make_flat
}

setup() {
	FOLDER=$BATS_FILE_TMPDIR/results/latest
	cd "$ROOT" || return
}

# flat FILE: its text in one line, without what marks comments.
flat() {
	sed -E 's/^[[:space:]]*(\/\*|\*|#|\/\/)?[[:space:]]*//' "$1" | tr '\n' ' '
}

# make_flat: all that has comments, and the documents, each as one line in a file below flat/; a % there is a /.
make_flat() {
	mkdir "$BATS_FILE_TMPDIR/flat"
	{
		find harness bench tests scripts plots Makefile .ci -type f ! -path 'tests/fuzz/corpus/*' ! -name docs.bats
		ls README.md CONTRIBUTING.md docs/*
	} | xargs awk -v flat="$BATS_FILE_TMPDIR/flat/" '
		FNR == 1 { close(out); out = FILENAME; gsub("/", "%", out); out = flat out }
		{ sub(/^[ \t]*(\/\*|\*|#|\/\/)?[ \t]*/, ""); printf "%s ", $0 >out }'
}

# matches [OPTION...] PATTERN: "FILE:MATCH" for each match of grep's in them.
matches() {
	(cd "$BATS_FILE_TMPDIR/flat" && grep -roE "$@" .) | sed -E ':next; s|^\./([^:]*)%|./\1/|; t next; s|^\./([^:]*/)|\1|'
}

# section HEADING FILE: the text below it, down to the next heading of any level up to its own.
section() {
	awk -v heading="$1" '/^#+ / { level = index($0, " ") - 1; text = substr($0, level + 2)
			if (on && level <= on) on = 0
			if (text == heading) { on = level; next } }
		on { print }' "$2"
}

# quoted FILE...: words between backticks, a line each.
quoted() { cat "$@" | tr '\n' ' ' | grep -oE '`[^`]+`' | tr -d '`'; }

# same_lines WHAT FILE FILE: red with the difference.
same_lines() {
	[ -s "$2" ] && [ -s "$3" ] || fail_with "$1: nothing to compare" || return
	diff "$2" "$3" >"$BATS_TEST_TMPDIR/diff" || fail_with "$1" "$(cat "$BATS_TEST_TMPDIR/diff")"
}

# ---- citations ----

@test "every heading that a comment or a document cites is there" {
	local file citation document heading documents seen=0
	documents=$(basename -a -s .md docs/*.md | paste -s -d '|')
	while IFS=: read -r file citation; do
		document=${citation%%,*} heading=${citation#*\"}
		document=${document%.md} heading=${heading%\"}
		sed -nE 's/^#+ //p' "docs/$document.md" | tr -d '`' | grep -qxF "$heading" ||
			fail_with "$file cites docs/$document.md, \"$heading\", which is not there"
		seen=$((seen + 1))
	done < <(matches "\b($documents)(\.md)?, \"[^\"]{1,80}\"")
	[ "$seen" -ge 25 ] || fail_with "only $seen citations"
}

@test "rules are cited by their heading, never by a number, and nothing outside the repository is cited" {
	local bad
	bad=$(matches -i '\brules? [0-9].{20}|method\.md.{20}') || :
	[ -z "$bad" ] || fail_with "$bad"
}

# ---- files ----

@test "every file that a document or a comment names is there" {
	local file name bad='' seen=0
	# Made by a run, or by the reader of a document.
	local made=' bench/system_call.c bench/primitives/clone_files.c harness/driver/commands/runs.c harness/driver/show/experiments/system_call.c harness/worker/axes/nice.c '
	while IFS=: read -r file name; do
		[[ $made != *" $name "* && $name != results/latest/* ]] || continue
		seen=$((seen + 1))
		[ -e "$name" ] || [ -e "${file%/*}/$name" ] || bad+="$file: $name"$'\n'
	done < <(matches '(^|[^A-Za-z0-9_./$*{-])(docs|harness|bench|plots|scripts|tests|results)/[A-Za-z0-9_./-]*[a-z0-9]\.(c|h|md|1|gp|bats|bash|csv)\b' |
		sed -E 's/^([^:]*):[^a-z]/\1:/')
	while IFS=: read -r file name; do
		seen=$((seen + 1))
		[ -e "${file%/*}/$name" ] || bad+="$file: $name"$'\n'
	done < <(matches --include='*.md' '\]\([^):#]+' | sed 's/:\](/:/')
	[ -z "$bad" ] || fail_with "not there:" "$bad"
	[ "$seen" -ge 200 ] || fail_with "only $seen names"
}

@test "every link to a heading leads to one" {
	local file target heading seen=0
	for file in README.md docs/*.md; do
		while read -r target; do
			heading=${target#*#} target=${target%%#*}
			sed -nE 's/^#+ //p' "$([ -n "$target" ] && echo "${file%/*}/$target" || echo "$file")" 2>/dev/null |
				tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9\n-' | grep -qxF -- "$heading" || fail_with "$file: $target#$heading"
			seen=$((seen + 1))
		done < <(flat "$file" | grep -oE '\]\([^):]*#[^)]+' | sed 's/^](//')
	done
	[ "$seen" -ge 1 ]
}

# ---- who does what ----

@test "folders include what ARCHITECTURE says, and nothing else" {
	section 'Who may include whom' docs/ARCHITECTURE.md | awk -F '|' '/^\| `/ {
		gsub(/[` ]/, ""); count = split($4, to, ",")
		for (i = 1; i <= count; i++) if (to[i]) print $2, to[i] }' | sort >"$BATS_TEST_TMPDIR/said"
	grep -rnoE '^#include "[^"]+"' harness bench --include='*.[ch]' |
		sed -E 's/^([^:]+)\/[^/:]+:[0-9]+:#include "(.*)\/[^/]+"$/\1 \2/' | awk '$1 != $2' | sort -u >"$BATS_TEST_TMPDIR/done"
	same_lines "said and done differ" "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/done"
}

# So there is no circle, and no arrow upward.
@test "folders include only folders that stand above them in ARCHITECTURE's table, and all folders are in it" {
	local bad
	section 'Who may include whom' docs/ARCHITECTURE.md | awk -F '|' '/^\| `/ { gsub(/[` ]/, "", $2); print $2 }' >"$BATS_TEST_TMPDIR/order"
	find harness bench -name '*.[ch]' -printf '%h\n' | sort -u >"$BATS_TEST_TMPDIR/there"
	sort "$BATS_TEST_TMPDIR/order" >"$BATS_TEST_TMPDIR/sorted"
	same_lines "the table has <, the source >" "$BATS_TEST_TMPDIR/sorted" "$BATS_TEST_TMPDIR/there"
	bad=$(grep -rnoE '^#include "[^"]+"' harness bench --include='*.[ch]' |
		sed -E 's/^([^:]+)\/([^/:]+):[0-9]+:#include "(.*)\/[^/]+"$/\1 \3 \2/' |
		awk 'NR == FNR { at[$1] = NR; next }
			$1 != $2 && !(at[$2] < at[$1]) { print $1 "/" $3 " includes from " $2 }' "$BATS_TEST_TMPDIR/order" -)
	[ -z "$bad" ] || fail_with "upward:" "$bad"
}

# A unit is the .c and the .h of one name.
@test "no units include each other in a circle" {
	grep -roE '^#include "[^"]+\.h"' harness bench --include='*.[ch]' |
		sed -E 's/^([^:]+)\.[ch]:#include "(.*)\.h"$/\1 \2/' | awk '$1 != $2' >"$BATS_TEST_TMPDIR/pairs"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/pairs")" -ge 500 ] || fail_with "only few includes"
	tsort <"$BATS_TEST_TMPDIR/pairs" >/dev/null 2>"$BATS_TEST_TMPDIR/loops" || fail_with "$(cat "$BATS_TEST_TMPDIR/loops")"
}

@test "only the files that ARCHITECTURE names write to standard output and standard error, and only main exits" {
	section Errors docs/ARCHITECTURE.md | tr '\n' ' ' | grep -oE 'So no file but .* and `run/progress`' | quoted - | sort >"$BATS_TEST_TMPDIR/said"
	grep -rlE '(^|[^a-z_])(printf|puts|putchar|vprintf)\(|\b(stdout|stderr)\b' harness/driver --include='*.c' |
		sed -E 's/^harness\/driver\///; s/\.c$//; s/^(commands)\/.*/\1\/*/' | sort -u >"$BATS_TEST_TMPDIR/done"
	same_lines "other files print" "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/done"
	! grep -rnE '(^|[^a-z_])exit\(' harness/driver --include='*.c' | grep -v '^harness/driver/main.c' || fail_with "another file exits"
}

# Kernels differ by a few of their own, such as the vdso's.
@test "the worker has as many mappings as ARCHITECTURE says" {
	local least most
	read -r least most < <(grep -oE 'The worker has [0-9]+ to [0-9]+ mappings' docs/ARCHITECTURE.md | tr -cd '0-9 \n' | tr -s ' ')
	{
		samples "$FOLDER"
		samples results/reference-2cpu-vm
	} | grep -v '"page_kind":"mthp"\|"sleeping_threads":"[1-9]' | grep -oE '"mappings":[0-9]+' | sed 's/.*://' |
		awk -v least="$least" -v most="$most" '{ n++; if ($1 < least - 4 || $1 > most + 4) { print; bad = 1 } }
			END { exit bad || n < 10 }' || fail_with "not $least to $most"
}

# limit NAME: its value in the source.
limit() {
	local value
	value=$(grep -rhoE "(\b$1 =|#define $1) [0-9]+" harness --include='*.[ch]' | sed "s,.* ,," | sort -u)
	[[ $value =~ ^[0-9]+$ ]] || fail_with "no single value of $1: $value"
	echo "$value"
}

# says FILE WORDS: somewhere in the text, whatever its line breaks.
says() {
	flat "$1" | tr -s ' ' | grep -qF -- "$2" || fail_with "$1 does not say: $2"
}

@test "limits and numbers of rules are those of the source" {
	says docs/ADDING-A-BENCHMARK.md "Names take $(($(limit WIRE_NAME_MAX) - 1)) characters, texts $(($(limit WIRE_TEXT_MAX) - 1))."
	says docs/ADDING-A-BENCHMARK.md "A worker takes $(limit WIRE_PRIMITIVES_MAX) primitives, $(limit WIRE_EXPERIMENTS_MAX) experiments, $(limit WIRE_METRICS_MAX) metrics and $(limit WIRE_CASES_MAX) cases each, $(limit WIRE_CELLS_MAX) cells and $(limit WIRE_HISTOGRAMS_MAX) histograms a job, and a plan $(limit WIRE_ARMS_MAX) arms."
	says docs/METHODOLOGY.md "until at least $(limit WARMUPS_MIN) has run"
	says docs/METHODOLOGY.md "and at least $(($(limit WARMUP_NS) / 1000)) us have passed. None begins any more once $(($(limit WARMUP_LIMIT_NS) / 1000000)) ms have been spent"
	says docs/METHODOLOGY.md "a pass ends early after $(($(limit BURST_NS) / 1000000)) ms"
	says docs/ARCHITECTURE.md "Asking for the catalogue has $(limit CATALOG_TIMEOUT_S) s, and gnuplot has $(($(limit GNUPLOT_TIMEOUT_MS) / 1000)) s for a figure."
	says docs/METHODOLOGY.md "at least $(limit ROUNDS_MIN), at most $(limit ROUNDS_MAX)."
	says docs/METHODOLOGY.md "A burst has up to $(limit BURST_WARM) samples of each pass, $(limit BURST_COLD) if cold"
	says docs/METHODOLOGY.md "every job gets $(limit STATS_INTERVAL_VALUES_MIN) of these, the number that an interval takes"
	says docs/METHODOLOGY.md "every row of every job has at least $(limit STATS_PRECISION_VALUES_MIN) replicates"
	says docs/METHODOLOGY.md "Up to $(limit FOLIO_BATCH_MAX) may be copied"
	says docs/RESULTS-FORMAT.md "\`per_octave\` ($(limit HISTOGRAM_PER_OCTAVE))"
	says docs/RESULTS-FORMAT.md "This is format $(grep -rhoE "FORKCOST_FORMAT = [0-9]+" harness/driver | grep -oE '[0-9]+' | head -1)."
	says docs/ARCHITECTURE.md "up to $(limit WIRE_METRICS_MAX) values and, in counted samples, up to $(limit COUNTER_GROUP_MAX) counts"
}

# ---- the manual page ----

# help_of COMMAND: lines of "option<TAB>default", the default empty where there is none. argp breaks the
# words about an option into lines.
help_of() {
	"$FORKCOST" "$1" --help | awk '
		function put() {
			if (!option || option == "help") return
			print option "\t" (match(words, /\[[^]]*\]$/) ? substr(words, RSTART + 1, RLENGTH - 2) : "")
		}
		/^ +(-[a-z], )?--[a-z]/ {
			put(); words = $0; sub(/^ +(-[a-z], )?--/, "", words)
			option = words; sub(/[[= ].*/, "", option); next
		}
		/^ / && option { sub(/^ +/, " "); words = words $0; next }
		{ put(); option = "" }
		END { put() }' | sort
}

# manual_of COMMAND: the same of the manual page; a default is all that follows "Default: " there.
manual_of() {
	sed -e 's/\\-/-/g' docs/forkcost.1 | awk -v heading="OPTIONS OF ${1^^}" '
		function put() { if (option) print option "\t" fallback }
		/^\.S[HS] / { put(); option = ""; on = $0 == ".SH " heading }
		!on { next }
		behind_tp && /^\.(BI|B|BR) "?--[a-z]/ { put(); option = $2; sub(/^"?--/, "", option); fallback = ""; behind_tp = 0; next }
		{ behind_tp = $0 == ".TP" }
		sub(/^Default: /, "") { fallback = $0 }
		END { put() }' | grep -v '^help	' | sort
}

@test "the manual page has the options of every command, and no others" {
	local command
	for command in run explain once profile counters compare show initramfs unpack; do
		help_of "$command" | cut -f 1 >"$BATS_TEST_TMPDIR/help"
		manual_of "$command" | cut -f 1 >"$BATS_TEST_TMPDIR/manual"
		same_lines "options of $command: --help has <, the manual page >" "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/manual"
	done
	"$FORKCOST" --help | sed -nE 's/^  ([a-z]+)  .*/\1/p' | sort >"$BATS_TEST_TMPDIR/help"
	sed -n '/^\.SH COMMANDS/,/^\.SH OPTIONS/p' docs/forkcost.1 | tr -d ',"' |
		awk 'behind_tp && /^\.(B|BI|BR) / { for (i = 2; i <= NF; i++) if ($i ~ /^[a-z]+$/) { print $i; break } } { behind_tp = $0 == ".TP" }' |
		sort >"$BATS_TEST_TMPDIR/manual"
	same_lines "commands: --help has <, the manual page >" "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/manual"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/help")" -ge 12 ]
}

@test "the manual page's defaults are those of --help" {
	local command option fallback manual seen=0
	for command in run once profile counters compare show initramfs; do
		while IFS=$'\t' read -r option fallback; do
			[ -n "$fallback" ] || continue
			manual=$(manual_of "$command" | sed -n "s/^$option	//p")
			# --help is brief: the words up to the first stop.
			fallback=${fallback%%[;,]*}
			[[ $manual == "$fallback"* ]] || fail_with "$command --$option: [$fallback] in --help, '$manual' in the manual page"
			seen=$((seen + 1))
		done < <(help_of "$command")
	done
	[ "$seen" -ge 20 ] || fail_with "only $seen defaults"
}

# setting NAME: its number in the last run's environment.json.
setting() { sed -nE 's/^ *"'"$1"'": ([0-9.]+),?$/\1/p' "$BATS_TEST_TMPDIR/out/latest/environment.json"; }

@test "the manual page's presets are those of --help and of a run" {
	local preset line heap budget
	for preset in quick bench full; do
		line=$(sed -n "/^\.SS Presets/,/^\.SH/p" docs/forkcost.1 | grep -A 1 "^\.B $preset\$" | tail -1)
		heap=$("$FORKCOST" run --help | sed -nE "s/^  $preset .*; heap ([^ ]*), budget .*/\1/p")
		budget=$("$FORKCOST" run --help | sed -nE "s/^  $preset .*, budget ([^ ]*)\$/\1/p")
		[ -n "$heap" ] && [ -n "$budget" ] || fail_with "--help does not tell $preset"
		"$FORKCOST" run --preset "$preset" --experiment null --heap 0 --budget 1s --counters none --no-plots --no-table \
			--output "$BATS_TEST_TMPDIR/out" 3>&- 2>/dev/null
		[ "$line" = "heap $heap, budget $budget, cell time $(setting cell_s | awk '{ print 1000 * $1 }')ms" ] ||
			fail_with "$preset: '$line' in the manual page; heap $heap, budget $budget, $(setting cell_s) s"
	done
}

@test "the manual page and COUNTERS.md have the roles that there are" {
	"$FORKCOST" counters | awk '/^[a-z][a-z0-9_]*(  |$)/ { print $1 }' | sort >"$BATS_TEST_TMPDIR/roles"
	sed -n '/^\.SH OPTIONS OF COUNTERS/,/^and of events/p' docs/forkcost.1 | tr -d '()' | awk '/^\.(BR|RB)/ && $2 != "\\-\\-counters" { print $2 }' |
		grep -x '[a-z_]*' | sort >"$BATS_TEST_TMPDIR/manual"
	same_lines "other roles in the manual page" "$BATS_TEST_TMPDIR/roles" "$BATS_TEST_TMPDIR/manual"
	section Roles docs/COUNTERS.md | awk -F '|' '/^\| `/ { print $2 }' | tr -d '` ' | tr ',' '\n' | sort -u >"$BATS_TEST_TMPDIR/counters"
	same_lines "other roles in COUNTERS.md" "$BATS_TEST_TMPDIR/roles" "$BATS_TEST_TMPDIR/counters"
}

# ---- the results' format ----

@test "columns of summary.csv and ratios.csv are those of RESULTS-FORMAT.md" {
	section summary.csv docs/RESULTS-FORMAT.md | awk -F '|' '/^\| [0-9]/ {
		names = split($3, name, ","); gsub(/ /, "", $2); from = $2; sub(/[^0-9].*/, "", from)
		for (i = 1; i <= names; i++) { gsub(/[` ]/, "", name[i]); print from + i - 1, name[i] } }' >"$BATS_TEST_TMPDIR/said"
	head -1 "$FOLDER/summary.csv" | tr ',' '\n' | awk '{ print NR, $1 }' >"$BATS_TEST_TMPDIR/done"
	same_lines "other columns" "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/done"
	says docs/RESULTS-FORMAT.md "$(wc -l <"$BATS_TEST_TMPDIR/done") columns."
	{
		head -15 "$BATS_TEST_TMPDIR/said"
		section ratios.csv docs/RESULTS-FORMAT.md | tr '\n' ' ' | grep -oE '`[a-z_]+` \([0-9]+\)' | sed -E 's/`(.*)` \((.*)\)/\2 \1/'
	} >"$BATS_TEST_TMPDIR/ratios"
	head -1 "$FOLDER/ratios.csv" | tr ',' '\n' | awk '{ print NR, $1 }' >"$BATS_TEST_TMPDIR/done"
	same_lines "other columns of ratios.csv" "$BATS_TEST_TMPDIR/ratios" "$BATS_TEST_TMPDIR/done"
}

@test "columns of derived.csv, and the names in it, are those of RESULTS-FORMAT.md" {
	local run=$BATS_TEST_TMPDIR/run
	section derived.csv docs/RESULTS-FORMAT.md | awk '/^$/ && words { exit } NF { words = words " " $0 } END { print words }' |
		quoted - | head -11 >"$BATS_TEST_TMPDIR/said"
	head -1 "$FOLDER/derived.csv" | tr ',' '\n' >"$BATS_TEST_TMPDIR/done"
	same_lines "other columns of derived.csv" "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/done"
	cp -r results/reference-2cpu-vm "$run"
	second_opinion "$run"
	"$FORKCOST" summarize "$run"
	section derived.csv docs/RESULTS-FORMAT.md | awk -F '|' '/^\| `/ { print $2 }' | tr -d '` ' | sort >"$BATS_TEST_TMPDIR/said"
	sed 1d "$run/derived.csv" | cut -d, -f1 | sort -u >"$BATS_TEST_TMPDIR/done"
	same_lines "other names in derived.csv" "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/done"
}

# keys FILE: of JSON objects, but for those that are names of metrics.
keys() {
	"$FORKCOST" list | sed -nE 's/^    ([a-z0-9_]+) +(ns|count|1\/s) .*/\1/p' | sort -u >"$BATS_TEST_TMPDIR/metrics"
	[ -s "$BATS_TEST_TMPDIR/metrics" ] || fail_with "no metrics"
	grep -oE '"[A-Za-z0-9_]+": ?' "$1" | tr -d '": ' | sort -u | grep -vxFf "$BATS_TEST_TMPDIR/metrics"
}

# described SECTION FILE [KEY...]: every key of the file is named there, but for those given.
described() {
	local heading=$1 file=$2 key bad=''
	shift 2
	section "$heading" docs/RESULTS-FORMAT.md | quoted - | grep -oE '[A-Za-z0-9_]+' | sort -u >"$BATS_TEST_TMPDIR/named"
	keys "$file" >"$BATS_TEST_TMPDIR/keys"
	while read -r key; do
		[[ " $* " == *" $key "* ]] || grep -qxF "$key" "$BATS_TEST_TMPDIR/named" || bad+=" $key"
	done <"$BATS_TEST_TMPDIR/keys"
	[ -z "$bad" ] || fail_with "RESULTS-FORMAT.md, \"$heading\", does not name of ${file##*/}:$bad" || return
	[ "$(wc -l <"$BATS_TEST_TMPDIR/keys")" -ge 8 ]
}

# there SECTION FILE...: every key of the section's table is in one of the files.
there() {
	local heading=$1 key
	shift
	for key in $(section "$heading" docs/RESULTS-FORMAT.md | awk -F '|' '/^\| `/ { print $2 }' | grep -oE '`[a-z_]+`' | tr -d '`'); do
		grep -qE "\"$key\": ?" "$@" || fail_with "RESULTS-FORMAT.md, \"$heading\": there is no key '$key'"
	done
}

@test "keys of environment.json are those of RESULTS-FORMAT.md" {
	# What the kernel says is under its own names.
	sed '/^  "\(mitigations\|facts\)": {/,/^  }/{ /^  [" }]/!d; s/.*"\(mitigations\|facts\)".*/  "\1": {/; /^    /d }' \
		"$FOLDER/environment.json" >"$BATS_TEST_TMPDIR/environment.json"
	described environment.json "$BATS_TEST_TMPDIR/environment.json"
	there environment.json "$FOLDER/environment.json"
}

@test "keys of samples.jsonl.zst are those of RESULTS-FORMAT.md" {
	# Settings are described with environment.json; counters are named by the user.
	samples "$FOLDER" | sed -E 's/"settings":\{[^}]*\}//; s/"counts":\{[^}]*\}/"counts":{}/g; s/"missing":\{[^}]*\}/"missing":{}/g' \
		>"$BATS_TEST_TMPDIR/samples.jsonl"
	described samples.jsonl.zst "$BATS_TEST_TMPDIR/samples.jsonl"
	samples "$FOLDER" >"$BATS_TEST_TMPDIR/all"
	there samples.jsonl.zst "$BATS_TEST_TMPDIR/all"
}

@test "keys of claims.json are those of RESULTS-FORMAT.md" {
	# Levels have the names of summary.csv.
	# shellcheck disable=SC2046 # words
	"$FORKCOST" claims --json "$FOLDER" >"$BATS_TEST_TMPDIR/claims.json"
	described claims.json "$BATS_TEST_TMPDIR/claims.json"
	"$FORKCOST" explain --json --primitive fork --pages 4 >"$BATS_TEST_TMPDIR/explain.json" 3>&- </dev/null
	described 'What explain prints as JSON' "$BATS_TEST_TMPDIR/explain.json"
	there 'What explain prints as JSON' "$BATS_TEST_TMPDIR/explain.json"
}

@test "data files of the figures are those of RESULTS-FORMAT.md" {
	# `a-b.dat`, `-c.dat` is a-b.dat and a-c.dat.
	section plots/data docs/RESULTS-FORMAT.md | awk -F '|' '/^\| `/ {
		gsub(/[` ]/, "", $2); count = split($2, name, ",")
		for (i = 1; i <= count; i++) {
			if (name[i] ~ /^-/) { head = name[1]; sub(/-[a-z]*\.dat$/, "", head); name[i] = head name[i] }
			print name[i] } }' | sort >"$BATS_TEST_TMPDIR/said"
	find "$FOLDER/plots/data" -name '*.dat' -printf '%f\n' | sed -E 's/^caption-.*/caption-FIGURE.dat/; s/^look-.*/look-EXPERIMENT.dat/; s/^[a-z_]+-by-(heap|'"$(axes_behind heap | paste -sd '|')"')(-axes)?\.dat/EXPERIMENT-by-AXIS\2.dat/; s/-(dirty|write-protected)\.dat/-STATE.dat/
		s/^(timeline|samples)-[0-9]\.dat/\1-N.dat/; s/-(sequential|shuffled)\.dat/-ORDER.dat/' | sort -u >"$BATS_TEST_TMPDIR/done"
	same_lines "other data files" "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/done"
}

@test "metrics that METHODOLOGY.md tells of spawn are those that it has" {
	section 'What the metrics of `spawn` span' docs/METHODOLOGY.md | awk -F '|' '/^\| `/ { gsub(/[` ]/, "", $2); print $2 }' |
		sort >"$BATS_TEST_TMPDIR/said"
	"$FORKCOST" list | awk '/^  [a-z]/ { on = $1 == "spawn" } on && /^    [a-z0-9_]+ +(ns|count) / { print $1 }' |
		sort >"$BATS_TEST_TMPDIR/done"
	same_lines "other metrics" "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/done"
}

@test "the documents list the cases of first_write and the claims as they are" {
	section 'First writes' docs/METHODOLOGY.md | awk -F '|' '/^\| `/ { print $2 }' | quoted - | sort >"$BATS_TEST_TMPDIR/said"
	"$FORKCOST" list | awk '/^  [a-z]/ { on = $1 == "first_write"; many = 0 } on && sub(/^    cases: /, "") { many = 1 }
		on && many { gsub(/,/, " "); print }' | tr -s ' ' '\n' | grep . | sort >"$BATS_TEST_TMPDIR/done"
	same_lines "other cases" "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/done"
	"$FORKCOST" claims --json "$FOLDER" | sed -nE 's/^ *"claim": "(.*)",$/\1/p' >"$BATS_TEST_TMPDIR/claims"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/claims")" -eq 18 ]
	while read -r claim; do
		grep -qF "| $claim |" docs/CLAIMS.md || fail_with "CLAIMS.md does not have: $claim"
	done <"$BATS_TEST_TMPDIR/claims"
}

@test "commands that documents and messages show have options that there are" {
	local file command option shown seen=0
	for command in run explain once profile counters compare show initramfs unpack; do
		"$FORKCOST" $command --help | grep -oE -- '--[a-z][a-z-]+' >"$BATS_TEST_TMPDIR/$command"
		echo --help >>"$BATS_TEST_TMPDIR/$command"
	done
	echo --nice >>"$BATS_TEST_TMPDIR/run" # of the axis that a reader of ADDING-A-BENCHMARK.md makes
	while read -r file; do
		while read -r _ command shown; do
			for option in $(grep -oE -- '(^| )--[a-z][a-z-]+' <<<"$shown" || :); do
				grep -qxF -- "$option" "$BATS_TEST_TMPDIR/$command" || fail_with "$file: forkcost $command has no $option"
				seen=$((seen + 1))
			done
		done < <(sed 's/\\-/-/g' "$file" | grep -oE 'forkcost (run|explain|once|profile|counters) [^`"|#;>]*')
	done < <(find README.md docs scripts harness/driver -type f)
	[ "$seen" -ge 20 ] || fail_with "only $seen options"
}

@test "thresholds of claims are in CLAIMS.md, in the row of their claim" {
	local id threshold seen=0
	while read -r id threshold; do
		case $threshold in 0 | 1) continue ;; 0.5) threshold=half ;; 2.09715e+06) threshold='2 MiB' ;; esac # all, none, exactly one: in words
		grep "^| $id |" docs/CLAIMS.md | grep -qE "(at least|at most) $threshold\b" ||
			fail_with "CLAIMS.md does not tell $threshold of $id"
		seen=$((seen + 1))
	done < <("$FORKCOST" claims --json "$FOLDER" | tr -d '",' |
		awk '$1 == "id:" { id = $2 } $1 ~ /^at_(least|most):$/ { printf "%s %g\n", id, $2 }')
	[ "$seen" -ge 10 ] || fail_with "only $seen thresholds"
}

@test "notes of rows are those that RESULTS-FORMAT.md tells" {
	local part
	# A pattern of each text: words in capitals, +N and … stand for anything.
	section summary.csv docs/RESULTS-FORMAT.md | awk '/^Parts of a note/ { on = 1 } on' | awk -F '|' '/^\| `/ { print $2 }' | quoted - |
		sed -E 's/[.(]/\\&/g; s/\+?\b[A-Z]+\b( %)?/.+\1/g; s/ ?…/.*/; s/^/^/; s/$/$/' >"$BATS_TEST_TMPDIR/patterns"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/patterns")" -ge 12 ]
	{
		tsv "$FOLDER/summary.csv"
		tsv results/reference-2cpu-vm/summary.csv
	} | awk -F '\t' '$16 ~ /^[0-9]+$/ && $30 != "" { if ($16 == 0) { print $30; next }
		count = split($30, part, "; "); for (i = 1; i <= count; i++) print part[i] }' | sort -u >"$BATS_TEST_TMPDIR/notes"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/notes")" -ge 20 ]
	part=$(grep -vEf "$BATS_TEST_TMPDIR/patterns" "$BATS_TEST_TMPDIR/notes") || return 0
	fail_with "RESULTS-FORMAT.md does not tell of these notes:" "$(head -5 <<<"$part")"
}

@test "READING-THE-PLOTS says of every figure what to look for" {
	local name
	for name in "$ROOT"/plots/*.gp; do
		name=$(basename "$name" .gp)
		! is_figure "$name" || grep -qx "## $name" "$ROOT/docs/READING-THE-PLOTS.md" ||
			fail_with "nothing is said of $name"
	done
}

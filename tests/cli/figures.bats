#!/usr/bin/env bats
# Figures and tables of all experiments: drawn whatever was measured, from well-formed data.
load helpers

EXPERIMENTS='first_write tlb_refill tlb_shootdown switch teardown inherit snapshot spread_write thread_gap concurrent write_tracking'
FIGURES=(counters-by-arm cache-states concurrent concurrent-tail cost-of-contention first-write-by-heap first-write-by-page-kind
	fork-bill first-write-cdf inherit model-residuals ratio-to-fork-by-heap samples-in-order spawn-by-heap switch teardown
	thread-gap timeline tlb-refill tlb-shootdown write-tracking)

setup_file() {
	"$FORKCOST" run --heap 64K,256K,2M --replicates 1 --cell-time 1ms --cache warm --state dirty \
		--child-cpu same --primitive fork,vfork --page-kind 4k --starters 2 --no-plots --no-table \
		--output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr" ||
		{
			cat "$BATS_FILE_TMPDIR/stderr" >&2
			return 1
		}
	cp -r "$(readlink -f "$BATS_FILE_TMPDIR/results/latest")" "$BATS_FILE_TMPDIR/spawn-alone"
	only_spawn "$BATS_FILE_TMPDIR/spawn-alone"
	"$FORKCOST" summarize "$BATS_FILE_TMPDIR/spawn-alone"
}

setup() { RUN=$BATS_FILE_TMPDIR/results/latest; }

# only_spawn RUN: as if nothing but spawn had been run, and nothing had been counted.
only_spawn() {
	edit_samples "$1" -E '/^\{"type":"cell","experiment":"('"${EXPERIMENTS// /|}"')"/d
		s/"counters":\[[^]]*\]/"counters":[{"name":"cycles","missing":"unavailable: taken out"}]/'
}

# well_formed FILE: text without what gnuplot takes for syntax; in blocks of a name and lines of four
# numbers where it is one of curves.
well_formed() {
	! grep -qP '["\x27\\`>\x01-\x08\x0b-\x1f]' "$1" || fail_with "syntax in $1"
	[ -z "$(tail -c 1 "$1")" ] || fail_with "$1 does not end with its line"
	case $(basename "$1") in
	caption-* | look-* | *-axes.dat | cache-states-names.dat | inherit.dat | thread-gap.dat | *-cdf.dat | *-tail-*.dat | counters-* | timeline-* | samples-* | *-page-kind.dat | fork-bill-* | switch-diff* | tlb-reach*) return ;;
	esac
	awk -F '\t' 'NF == 0 { blank++; next }
		NF == 1 { if (NR > 1 && blank != 2) exit 1; blank = 0; last = -1; next }
		NF != 4 || $1 !~ /^[0-9.e+]+$/ || $1 + 0 <= last { exit 1 }
		$2 !~ /^[0-9.e+-]+$/ || $2 < 0 { exit 1 }
		$3 != "NaN" && !($3 <= $2 && $2 <= $4) { exit 1 }
		{ last = $1 + 0; blank = 0 }' "$1" || fail_with "$1 is malformed:" "$(head -20 "$1")"
}

# drawn FOLDER: every figure, in every form.
drawn() {
	local name
	for name in "${FIGURES[@]}"; do
		head -c 200 "$1/plots/$name.svg" | grep -q '<svg\|<?xml' || fail_with "no $name.svg"
		[ "$(head -c 5 "$1/plots/$name.pdf")" = %PDF- ] || fail_with "no $name.pdf"
		head -c 8 "$1/plots/$name.png" | grep -q PNG || fail_with "no $name.png"
	done
}

@test "every figure that there is a script for is known here" {
	local script name
	for script in "$ROOT"/plots/*.gp; do
		name=$(basename "$script" .gp)
		! is_figure "$name" || [[ $name =~ ^(kernel-breakdown$|compare-) ]] || [[ " ${FIGURES[*]} " == *" $name "* ]] || fail_with "no $name in FIGURES"
	done
}

@test "data files of a run of everything are well formed and hold something" {
	local file name
	for file in "$RUN"/plots/data/*.dat; do
		well_formed "$file"
	done
	for name in first-write-cdf first-write-by-heap-sequential first-write-by-heap-shuffled \
		first-write-by-page-kind tlb-refill tlb-shootdown-call tlb-shootdown-flush switch \
		switch-difference teardown-end teardown-read inherit; do
		[ -s "$RUN/plots/data/$name.dat" ] || fail_with "$name.dat is empty"
	done
}

@test "the shares of a distribution rise to 1, and what is above is what is not below" {
	awk -F '\t' 'NF == 1 { if (seen && last < 0.999999) exit 1; last = 0; seen = 1 }
		NF == 3 { if ($2 < last || $2 + $3 < 0.999999 || $2 + $3 > 1.000001) exit 1; last = $2 }
		END { exit !(seen && last > 0.999999) }' "$RUN/plots/data/first-write-cdf.dat"
}

@test "every caption says what, from how much, of which run and by which version" {
	local file text
	for file in "$RUN"/plots/data/caption-*.dat; do
		text=$(cat "$file")
		[[ $text == *" samples in 1 replicate"* ]] || fail_with "no samples in $file" "$text"
		[[ $text == *"; run $(basename "$(readlink "$RUN")"); forkcost "* ]] || fail_with "no run in $file" "$text"
		[[ $text == *medians* || $text == *interval* ]] || fail_with "no intervals in $file" "$text"
	done
}

@test "every figure of a run of everything is drawn" {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	cp -r "$(readlink -f "$RUN")" "$BATS_TEST_TMPDIR/run"
	run --separate-stderr "$FORKCOST" plot "$BATS_TEST_TMPDIR/run"
	succeeded
	drawn "$BATS_TEST_TMPDIR/run"
}

@test "without experiments and counters every figure is drawn, and says what is missing and why" {
	local file name
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	for file in "$BATS_FILE_TMPDIR"/spawn-alone/plots/data/*.dat; do
		well_formed "$file"
	done
	run --separate-stderr "$FORKCOST" plot "$BATS_FILE_TMPDIR/spawn-alone"
	succeeded
	drawn "$BATS_FILE_TMPDIR/spawn-alone"
	for name in first-write-cdf tlb-refill tlb-shootdown switch teardown inherit; do
		grep -q 'not measured in this run' "$BATS_FILE_TMPDIR/spawn-alone/plots/$name.svg" || fail_with "$name is blank"
		grep -q 'nothing measured: not part of this run; forkcost run --experiment' \
			"$BATS_FILE_TMPDIR/spawn-alone/plots/data/caption-$name.dat" || fail_with "$name does not say why"
	done
	grep -q 'no counter was counted' "$BATS_FILE_TMPDIR/spawn-alone/plots/counters-by-arm.svg"
	grep -q 'not counted: 1, see tables/counters.md' \
		"$BATS_FILE_TMPDIR/spawn-alone/plots/data/caption-counters-by-arm.dat"
}

@test "show prints a table for each experiment, within 80 columns where spawn is left out" {
	local word
	run --separate-stderr "$FORKCOST" show "$RUN"
	succeeded
	for word in 'first write to a page' reuse_child_exited 'reading pages again' 'TLB reach: ' fork_busy_processes \
		'a switch between' exit_copied read_shared 'counted: ' 'two clock readings, ' "of its caller's memory" shared_memory; do
		[[ $output == *"$word"* ]] || fail_with "no '$word'"
	done
	output=${output#*first write to a page}
	fits 80
	[[ $("$FORKCOST" show "$BATS_FILE_TMPDIR/spawn-alone") == *'not counted: cycles (unavailable: taken out)'* ]]
}

@test "titles and notes of spawn, and the second opinion, fit 80 columns" {
	cp -r "$ROOT/results/reference-2cpu-vm" "$BATS_TEST_TMPDIR/run"
	second_opinion "$BATS_TEST_TMPDIR/run"
	run --separate-stderr "$FORKCOST" show "$BATS_TEST_TMPDIR/run"
	succeeded
	[[ $output == *'what starting a process costs'*'second opinion'*'hyperfine inconclusive'*'claims ('* ]] || fail_with "not all is there"
	local all=$output
	output=$(grep -E '^(what starting|effect of|  [a-z])' <<<"$all")
	fits 80
	output=$(sed -n '/^second opinion/,/^claims/p' <<<"$all")
	fits 80
}

# shown TITLE CAPTION-FIGURE CAPTION ARGUMENTS...: a tiny run has a table with a value, whose title says TITLE, in all
# forms, and a figure whose caption says CAPTION.
shown() {
	local title=$1 figure=$2 caption=$3 folder=$BATS_TEST_TMPDIR/run
	shift 3
	rm -rf "$folder"
	run --separate-stderr "$FORKCOST" run --replicates 1 --cell-time 1ms --counters none --no-plots --output "$folder" "$@"
	[ "$status" -eq 0 ] || fail_with "it failed: $*"
	fits 100
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"$title"* ]] || fail_with "no '$title' on the terminal: $*"
	printf '%s\n' "$output" | grep -q '^[a-z_]\+ .* [0-9.]* [nu]s' || fail_with "no value in the table: $*"
	grep -q -- "$caption" "$folder/latest/plots/data/caption-$figure.dat" ||
		fail_with "no '$caption': $(cat "$folder/latest/plots/data/caption-$figure.dat")"
	grep -q ' samples in 1 replicate' "$folder/latest/plots/data/caption-$figure.dat" || fail_with "nothing drawn: $*"
}

SPAWN=("${PLAIN[@]}" --experiment spawn --primitive 'fork,vfork' --heap 256K)

@test "a run of one level that is not plain has a table and figures that name it" {
	shown 'costs: dirty heap, caches cold, child on the caller' spawn-by-heap 'caches cold;' \
		"${SPAWN[@]}" --cache cold --evict 1M --state dirty --child-cpu same
	grep -q '^\*\*dirty heap, caches cold\*\*' "$BATS_TEST_TMPDIR/run/latest/tables/spawn.md" || fail_with "not in Markdown"
	grep -q '^% dirty heap, caches cold$' "$BATS_TEST_TMPDIR/run/latest/tables/spawn.tex" || fail_with "not in LaTeX"
	[ -s "$BATS_TEST_TMPDIR/run/latest/plots/data/timeline-0.dat" ] || fail_with "an empty figure"
	shown 'costs: write-protected heap, caches warm, child on the caller' timeline '^write-protected heap, caches warm;' \
		"${SPAWN[@]}" --cache warm --state write-protected --child-cpu same
	shown 'costs: dirty heap, caches warm, child on any CPU' ratio-to-fork-by-heap ', child on any CPU;' \
		"${SPAWN[@]}" --cache warm --state dirty --child-cpu free
	grep -q '^\*\*dirty heap, caches warm, child on any CPU\*\*' "$BATS_TEST_TMPDIR/run/latest/tables/spawn.md" ||
		fail_with "not in Markdown"
	shown 'first write to a page: heap 256 KiB, 4 KiB pages in shuffled order' first-write-cdf \
		'^single writes, 4 KiB pages in shuffled order, heap 256 KiB,' \
		--experiment first_write --heap 256K --page-kind 4k --touch-order shuffled
	grep -q '^\*\*first write to a page: heap 256 KiB, 4 KiB pages in shuffled order\*\*' \
		"$BATS_TEST_TMPDIR/run/latest/tables/first_write.md" || fail_with "not in Markdown"
	[ -s "$BATS_TEST_TMPDIR/run/latest/plots/data/first-write-by-page-kind.dat" ] || fail_with "an empty figure"
}

@test "a child on another CPU is named where it is the only level" {
	[ "$(nproc)" -gt 1 ] || skip "one CPU"
	shown 'costs: dirty heap, caches warm, child on another CPU' samples-in-order \
		'^dirty heap, caches warm, child on another CPU;' \
		"${SPAWN[@]}" --cache warm --state dirty --child-cpu other
}

@test "calls under running threads alone are shown with their number, and no slope is made up" {
	[ "$(nproc)" -gt 1 ] || skip "one CPU"
	shown 'calls while threads of the caller run on other CPUs' tlb-shootdown '; heap 64 KiB;' \
		--experiment tlb_shootdown --threads 1 --heap 64K
	grep -q '^fork_running  *64 KiB  *1  *[0-9]' <<<"$output" || fail_with "no call"
	[[ $output == *"what a thread adds is not known"* ]] || fail_with "it does not say what is missing"
	[[ $output != *"adds to a call"* ]] || fail_with "a table without a value"
}

@test "transparent huge pages are named where they are the only kind" {
	grep -qs '\[madvise\]\|\[always\]' /sys/kernel/mm/transparent_hugepage/enabled || skip "no transparent huge pages"
	shown 'first write to a page: heap 2 MiB, thp pages (2 MiB) in order' first-write-by-heap \
		'^whole passes over thp pages (2 MiB);' --experiment first_write --heap 2M --page-kind thp
	[[ $output == *"  a write in every 4 KiB"* ]] || fail_with "the table does not say how much a write settles"
}

@test "states are compared for what was measured: exec without exit, no empty columns" {
	run --separate-stderr "$FORKCOST" run --experiment spawn --primitive clone --action exec --heap 256K --cache warm \
		--child-cpu same --replicates 1 --cell-time 1ms --counters none --no-plots --output "$BATS_TEST_TMPDIR/run"
	[ "$status" -eq 0 ] || fail_with "it failed"
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"effect of heap state (dirty: written since the last fork) and caches (child execs)"* ]] || fail_with "the action is not named"
	grep -q '^primitive  metric  *heap  dirty warm  write-protected warm$' <<<"$output" || fail_with "not the columns measured"
	grep -q '^clone  *call_ns  *256 KiB  *[0-9]' <<<"$output" || fail_with "no line"
}

@test "one axis has one unit: writes of 4 KiB and of 2 MiB have panels of their own" {
	local data=$BATS_TEST_TMPDIR/run/plots/data/first-write-by-page-kind.dat svg
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	cp -r "$ROOT/results/reference-2cpu-vm" "$BATS_TEST_TMPDIR/run"
	private_build "$BATS_TEST_TMPDIR/place"
	few_figures "$BATS_TEST_TMPDIR/place" first-write-by-page-kind
	"$BATS_TEST_TMPDIR/place/build/forkcost" plot "$BATS_TEST_TMPDIR/run"
	[ "$(awk -F '\t' 'NF == 2 { print $1, $2 }' "$data" | tr '\n' ';')" = \
		'4k 4096;mthp 4096;thp 4096;hugetlb 2097152;' ] || fail_with "$(grep -v '^[0-9]' "$data")"
	svg=$BATS_TEST_TMPDIR/run/plots/first-write-by-page-kind.svg
	[ "$(grep -c 'a first write in every 4 KiB' "$svg")" -eq 1 ] || fail_with "no panel of 4 KiB"
	[ "$(grep -c 'a first write in every 2 MiB' "$svg")" -eq 1 ] || fail_with "no panel of 2 MiB"
	[ "$(grep -c 'hugetlb: 2 MiB' "$svg")" -eq 1 ] || fail_with "a kind is in the legend twice, or not at all"
	# In a table a page's read and a child's whole end are distinguished.
	grep -q '^| exit_copied | ' "$BATS_TEST_TMPDIR/run/tables/teardown.md" &&
		grep -q '^| read_private, per page | ' "$BATS_TEST_TMPDIR/run/tables/teardown.md"
}

@test "every experiment has a table in Markdown and LaTeX" {
	local name
	for name in spawn $EXPERIMENTS counters; do
		grep -q 'made by forkcost .* from run ' "$RUN/tables/$name.md" || fail_with "no $name.md"
		grep -q 'made by forkcost .* from run ' "$RUN/tables/$name.tex" || fail_with "no $name.tex"
	done
	grep -q '^| child_copy | ' "$RUN/tables/first_write.md"
	grep -q '^child\\_copy & ' "$RUN/tables/first_write.tex"
	grep -q 'not part of this run' "$BATS_FILE_TMPDIR/spawn-alone/tables/switch.md"
}

# listed EXPERIMENT: its metrics and cases, as the worker has them.
listed() {
	"$FORKCOST" list | awk -v name="$1" '/^( |  )?[a-z]/ || !NF { on = $1 == name; many = 0 }
		on && /^    [a-z0-9_]+ +(ns|count|1\/s) / { print $1 }
		on && sub(/^    cases: /, "") { many = 1 }
		on && many { gsub(/,/, " "); for (i = 1; i <= NF; i++) print "case", $i }'
}

@test "cases and metrics that are shown are those that the worker has, and no case is left out" {
	local file name word seen=0
	for file in "$ROOT"/harness/driver/show/experiments/*.c; do
		name=$(basename "$file" .c)
		listed "$name" >"$BATS_TEST_TMPDIR/listed"
		[ -s "$BATS_TEST_TMPDIR/listed" ] || fail_with "the worker has no experiment $name"
		# Every case is in the list of looks, and every look is of a case, a metric or a primitive.
		[ -f "$RUN/plots/data/look-$name.dat" ] || { [[ $name == null || $name == known_delay ]] && continue; } ||
			fail_with "no looks of $name"
		cut -f 1 "$RUN/plots/data/look-$name.dat" | grep -v '^\*$' >"$BATS_TEST_TMPDIR/looks"
		while read -r word; do
			grep -qxF "$word" "$BATS_TEST_TMPDIR/looks" || fail_with "$name: case $word has no look in $(basename "$file")"
		done < <(sed -n 's/^case //p' "$BATS_TEST_TMPDIR/listed")
		sed -i 's/^case //' "$BATS_TEST_TMPDIR/listed"
		"$FORKCOST" list | awk '/^primitives/ { on = 1; next } /^[a-z]/ { on = 0 } on && /^  [a-z]/ { print $1 }' >"$BATS_TEST_TMPDIR/primitives"
		while read -r word; do
			grep -qxF "$word" "$BATS_TEST_TMPDIR/listed" "$BATS_TEST_TMPDIR/primitives" ||
				fail_with "$name: the look of $word is of nothing that the worker has"
			seen=$((seen + 1))
		done <"$BATS_TEST_TMPDIR/looks"
		# And every metric that the face names; those of counters are no metrics of the experiment.
		while read -r word; do
			grep -qxF "$word" "$BATS_TEST_TMPDIR/listed" || fail_with "$name: its face names a metric $word that it has not"
			seen=$((seen + 1))
		done < <(grep -oE '"[a-z0-9_]+_ns"|(per|metric) = "[a-z_]+"' "$file" | sed -E 's/.*"(.*)"/\1/' | grep -v '^dtlb_\|^resolution_ns$\|^window_ns$' | sort -u)
	done
	[ "$seen" -ge 60 ] || fail_with "only $seen names"
}

@test "the driver has no list of experiments: each is named in its face alone, rulers, claims, the bill, advice and kernels apart" {
	local name found
	for name in tlb_refill tlb_shootdown switch teardown first_write; do
		found=$(cd "$ROOT" && grep -rlE "['\"]${name}['\"]" harness/driver plots scripts | grep -v '/claims/\|/bill/\|/advise/\|/kernels/\|self-check' || :)
		[ "$found" = "harness/driver/show/experiments/$name.c" ] || fail_with "$name is named in:" "$found"
	done
}

@test "an axis that no figure of an experiment shows has a table and a figure: names as groups" {
	local folder=$BATS_TEST_TMPDIR/run
	[ ! -e "$RUN/plots/data/spawn-by-child_cpu.dat" ] || fail_with "a figure of one level"
	[ -z "$(find "$RUN/plots/data" -name '*-by-cache*' -o -name '*-by-state*' -o -name '*-by-touch_order*')" ] ||
		fail_with "shown twice"
	run --separate-stderr "$FORKCOST" run "${SPAWN[@]}" --cache warm,cold --evict 1M --state dirty,write-protected --child-cpu same,free --replicates 1 \
		--cell-time 1ms --counters none --no-plots --output "$folder"
	[ "$status" -eq 0 ] || fail_with "it fails"
	[[ $output == *"spawn: call_ns by child_cpu, heap 256 KiB"* ]] || fail_with "no table on the terminal"
	grep -q '^primitive  *same  *free$' <<<"$output" || fail_with "no heads"
	grep -q '^| fork | [0-9]' "$folder/latest/tables/spawn-by-child_cpu.md" || fail_with "no table in Markdown"
	grep -q '^fork & [0-9]' "$folder/latest/tables/spawn-by-child_cpu.tex" || fail_with "no table in LaTeX"
	[ "$(find "$folder/latest/plots/data" -name 'spawn-by-*' ! -name 'spawn-by-heap-*' -printf '%f\n' | sort | tr '\n' ' ')" = \
		'spawn-by-child_cpu-axes.dat spawn-by-child_cpu.dat ' ] || fail_with "not this axis alone"
	well_formed "$folder/latest/plots/data/spawn-by-child_cpu.dat"
	[ "$(cat "$folder/latest/plots/data/spawn-by-child_cpu-axes.dat")" = $'names\tchild on the caller’s CPU, on any CPU, or on another CPU\thow long the caller is blocked in the call\tns\n0\tsame\n1\tfree' ] ||
		fail_with "other levels"
	grep -q '^spawn by child_cpu, heap 256 KiB, .*; trimmed means, bars: 95 % intervals;' "$folder/latest/plots/data/caption-spawn-by-child_cpu.dat" ||
		fail_with "no caption"
	command -v gnuplot >/dev/null || return 0
	private_build "$BATS_TEST_TMPDIR/place"
	few_figures "$BATS_TEST_TMPDIR/place"
	"$BATS_TEST_TMPDIR/place/build/forkcost" plot "$folder/latest"
	grep -q '>same<\|same</text>' "$folder/latest/plots/spawn-by-child_cpu.svg" || fail_with "its levels are not drawn"
	[ "$(head -c 5 "$folder/latest/plots/spawn-by-child_cpu.pdf")" = %PDF- ]
}

@test "derived.csv has what takes several rows, or why it is not there" {
	local name
	for name in tlb_reach tlb_refill_cost thread_slope separate_minus_shared; do
		grep -q "^$name," "$RUN/derived.csv" || fail_with "no $name"
	done
	# One replicate: no interval anywhere, and where there is no value a reason.
	tsv "$RUN/derived.csv" | awk -F '\t' 'NR > 1 && (NF != 11 || $7 != "" || $8 != "" || ($6 == "" && $11 == "")) { print; exit 1 }' ||
		fail_with "a value without a reason"
}

@test "a script that fails keeps no other figure from being drawn, and is named" {
	local place=$BATS_TEST_TMPDIR/place folder=$BATS_TEST_TMPDIR/run
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	private_build "$place"
	cp -r "$BATS_FILE_TMPDIR/spawn-alone" "$folder"
	rm -f "$folder"/plots/*.*
	echo 'no command' >>"$place/plots/counters-by-arm.gp"
	run --separate-stderr "$place/build/forkcost" plot "$folder"
	[ "$status" -eq 1 ] || fail_with "status $status"
	[[ $stderr == *"cannot draw counters-by-arm: gnuplot says: "* ]] || fail_with "it is not named"
	[ ! -e "$folder/plots/counters-by-arm.png" ] || fail_with "a figure of a script that fails"
	for name in "${FIGURES[@]:1}"; do
		[ -e "$folder/plots/$name.png" ] || fail_with "no $name"
	done
	echo 'no command' >>"$place/plots/timeline.gp"
	run --separate-stderr "$place/build/forkcost" plot "$folder"
	[[ $stderr == *"cannot draw 2 of the figures; the first: cannot draw counters-by-arm: "* ]] || fail_with "not both"
}

@test "a figure that the run no longer has goes, with its data; nobody else's files do" {
	local folder=$BATS_TEST_TMPDIR/run name ending
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	cp -r "$BATS_FILE_TMPDIR/spawn-alone" "$folder"
	"$FORKCOST" plot "$folder"
	for ending in svg pdf png; do
		cp "$folder/plots/spawn-by-heap.$ending" "$folder/plots/spawn-by-cache.$ending"
	done
	cp "$folder/plots/data/spawn-by-heap-call-dirty.dat" "$folder/plots/data/spawn-by-cache.dat"
	echo $'names\tcache\tcall_ns\tns' >"$folder/plots/data/spawn-by-cache-axes.dat"
	cp "$folder/plots/data/caption-spawn-by-heap.dat" "$folder/plots/data/caption-spawn-by-cache.dat"
	# Somebody's own: without a caption, with a caption of their own, a link, and another form.
	cp "$folder/plots/spawn-by-heap.png" "$folder/plots/mine.png"
	cp "$folder/plots/spawn-by-heap.png" "$folder/plots/by-hand.png"
	echo 'drawn by hand' >"$folder/plots/data/caption-by-hand.dat"
	echo 'text' >"$folder/plots/spawn-by-cache.txt"
	cp "$folder/plots/data/caption-spawn-by-heap.dat" "$folder/plots/data/caption-linked.dat"
	ln -s mine.png "$folder/plots/linked.png"
	"$FORKCOST" plot "$folder"
	[ -z "$(find "$folder/plots" -name '*spawn-by-cache*' ! -name '*.txt')" ] ||
		fail_with "it stays:" "$(find "$folder/plots" -name '*spawn-by-cache*')"
	for name in mine.png by-hand.png data/caption-by-hand.dat spawn-by-cache.txt linked.png; do
		[ -e "$folder/plots/$name" ] || fail_with "$name is gone"
	done
	drawn "$folder"
}

@test "the timeline's legend has a start only where one is drawn" {
	local folder=$BATS_TEST_TMPDIR/run
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	cp -r "$BATS_FILE_TMPDIR/spawn-alone" "$folder"
	"$FORKCOST" plot "$folder"
	grep -q 'child or program started' "$folder/plots/timeline.svg" || fail_with "no start in the legend"
	edit_samples "$folder" 's/"stamped_call_ns"/"other_ns"/g; s/"child_start_ns"/"other_start_ns"/g; s/"exec_start_ns"/"other_exec_ns"/g'
	"$FORKCOST" plot "$folder"
	grep -q 'reaped' "$folder/plots/timeline.svg" || fail_with "no timeline"
	! grep -q 'child or program started' "$folder/plots/timeline.svg" || fail_with "a start that is not drawn"
}

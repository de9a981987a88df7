#!/usr/bin/env bats
# The command line: what it says, how it refuses, and that a run can be analysed again.
load helpers

setup_file() {
	"$FORKCOST" run "${PLAIN[@]}" --experiment spawn --heap 0,64K,256K,1M,4M,16M --replicates 1 --cell-time 1ms --cache warm \
		--state dirty --child-cpu same --no-plots --no-table \
		--output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr"
}

setup() { FOLDER=$BATS_FILE_TMPDIR/results/latest; }

@test "--help says the commands and the exit statuses, and fits 100 columns" {
	local command
	run --separate-stderr "$FORKCOST" --help
	succeeded
	for command in run explain once summarize plot show claims model variance compare list counters doctor help version; do
		[[ $output == *"  $command "* ]] || fail_with "no $command"
	done
	[[ $output == *--version* && $output == *130* ]]
	fits 100
}

@test "help COMMAND prints what COMMAND --help prints" {
	local command
	for command in run help show; do
		run --separate-stderr "$FORKCOST" help "$command"
		succeeded
		diff <("$FORKCOST" "$command" --help) - <<<"$output" || fail_with "$command: other help"
	done
	usage_error nope help nope
	usage_error surplus help run surplus
}

@test "run --help says every option with its default, and fits 80 columns" {
	local option
	run --separate-stderr "$FORKCOST" run --help
	succeeded
	for option in preset heap state cache child-cpu primitive action precision budget replicates \
		cell-time seed cpu evict working-set output dry-run no-plots no-table; do
		[[ $output =~ \ --${option}[=\ ] ]] || fail_with "no --$option"
	done
	for option in quick bench full; do [[ $output == *"  $option "* ]]; done
	[[ $output == *'a bare number is bytes or'* ]] || fail_with "not what a number without a unit is"
	fits 80
}

@test "a number without a unit is bytes or seconds, as help says" {
	run --separate-stderr "$FORKCOST" run --experiment spawn --heap 0 --child-cpu same --budget 2 --dry-run
	succeeded
	[[ $output == *'estimate: time 2s '* ]] || fail_with "not seconds"
	run --separate-stderr "$FORKCOST" run --experiment spawn --heap 4096 --dry-run
	[[ $output == *' 4 KiB '* ]] || fail_with "not bytes"
}

@test "every way to ask for help prints it, and measures nothing" {
	local command help said
	for command in $("$FORKCOST" --help | sed -nE 's/^  ([a-z]+)  .*/\1/p'); do
		for help in --help -h --hel; do
			run --separate-stderr timeout 10 "$FORKCOST" "$command" $help
			# Another test may have killed a run meanwhile: whoever starts next puts its settings back.
			said=$(grep -v '^forkcost: note: restored ' <<<"$stderr" || :)
			[ "$status" -eq 0 ] && [ -z "$said" ] || fail_with "$command $help"
			[[ $output == "Usage: forkcost $command "*" --help  "* ]] || fail_with "$command $help"
			fits 80
		done
	done
}

@test "help needs no worker" {
	mkdir "$BATS_TEST_TMPDIR/alone"
	cp "$FORKCOST" "$BATS_TEST_TMPDIR/alone/"
	"$BATS_TEST_TMPDIR/alone/forkcost" run --help | grep -q -- --heap
	"$BATS_TEST_TMPDIR/alone/forkcost" --version
}

@test "--version is a version and a commit" {
	run --separate-stderr "$FORKCOST" --version
	[ "$status" -eq 0 ]
	[[ $output =~ ^forkcost\ [0-9]+\.[0-9]+\.[0-9]+\ \([0-9a-z-]+\)$ ]]
}

@test "list names every primitive and experiment of the sources, and metrics with units" {
	local file name
	run --separate-stderr "$FORKCOST" list
	succeeded
	for file in "$ROOT"/bench/primitives/*.c "$ROOT"/bench/*.c; do
		name=$(sed -nE 's/^(PRIMITIVE|EXPERIMENT)\(([a-z0-9_]+),.*/\2/p' "$file")
		[ -n "$name" ] || fail_with "$file registers nothing"
		[[ $'\n'$output == *$'\n'"  $name "* ]] || fail_with "$name of $file is not listed"
	done
	for name in 'call_ns +ns' 'caller_faults +count' 'exec_start_ns +ns' 'window_ns +ns'; do
		[[ $output =~ \ $name\  ]] || fail_with "no $name"
	done
	[[ $output == *"refused: "* ]]
	fits 80
}

@test "doctor says what can be measured" {
	local subject
	run --separate-stderr "$FORKCOST" doctor
	[ "$status" -eq 0 ] || [ "$status" -eq 1 ]
	for subject in clock CPUs memory 'hardware counters' gnuplot 'exec target'; do
		[[ $output =~ (^|$'\n')(ok|note|bad)\ +$subject\  ]] || fail_with "nothing about $subject"
	done
	# What cannot be counted is never a bare zero.
	[[ ! $output =~ 'hardware counters  0' ]]
	fits 80
}

# on_terminal COLUMNS COMMAND: what it prints there.
on_terminal() {
	script -qec "stty cols $1; \"$FORKCOST\" $2" /dev/null </dev/null 3>&- | tr -d '\r'
}

@test "list and doctor use the width of a terminal, up to 100 columns" {
	local command wide
	command -v script >/dev/null || skip "script is not installed"
	for command in list doctor; do
		output=$(on_terminal 60 $command)
		# A path of the kernel's is longer than such a line.
		output=$(sed -E 's|/[^ ]*|/|' <<<"$output")
		fits 60
		output=$(on_terminal 80 $command)
		fits 80
		for wide in 100 200; do
			output=$(on_terminal $wide $command)
			fits 100
			[[ $output =~ (^|$'\n')[^$'\n']{85,} ]] || fail_with "$command: no more than in 80 columns"
		done
	done
}

@test "show prints a table that fits 100 columns, with every primitive and heap" {
	local word
	run --separate-stderr "$FORKCOST" show "$FOLDER"
	succeeded
	for word in clone clone3 clone_vfork clone_vm clone_vm_vfork eager_copy fork fork_server posix_spawn thread \
		vfork '64 KiB' '16 MiB' reaped known_delay 'main rows have an interval within ±2 %'; do
		[[ $output == *"$word"* ]] || fail_with "no $word in the table"
	done
	fits 100
}

@test "show fits 80 columns; on a terminal it takes the width, and what is too wide to cite is dim" {
	local kept=$ROOT/results/reference-2cpu-vm escape=$'\033' columns wide
	run --separate-stderr "$FORKCOST" show "$kept"
	succeeded
	fits 80
	wide=$(sed -nE 's/^fork .* (\?[0-9.]+ [mun]?s ±[0-9]+%).*/\1/p' <<<"$output" | head -1)
	[[ -n $wide && $output =~ '~'[0-9.]+\ [mun]?s\ ±1[0-9]% ]] || fail_with "no marks"
	[[ $output == *'?: above 25 %, too wide to cite'* ]] || fail_with "nothing says what the marks mean"
	[[ $(tr -s ' \n' ' ' <<<"$output") =~ rows\ are\ wider\ than\ ±25\ %,\ too\ wide\ to\ cite:.*a\ budget\ of\ about\ [0-9]+m ]] ||
		fail_with "no budget that would fix it"
	command -v script >/dev/null || skip "script is not installed"
	for columns in 80 100; do
		output=$(TERM=xterm on_terminal $columns "show $kept")
		[[ $output == *"${escape}[2m$wide${escape}[22m"* ]] || fail_with "not dim"
		! grep -aoE "$escape\[2m.[^$escape]*" <<<"$output" | grep -aqv '[?]\|too wide' || fail_with "dim, but narrow"
		output=${output//"$escape"\[[0-9m]m/}
		output=${output//"$escape"\[[0-9][0-9]m/}
		[[ $output != *"$escape"* ]] || fail_with "other escape sequences"
		fits $columns
	done
	[[ $(NO_COLOR=1 TERM=xterm on_terminal 80 "show $kept") != *"$escape"* ]] || fail_with "dim in spite of NO_COLOR"
	[[ $(TERM=dumb on_terminal 80 "show $kept") != *"$escape"* ]] || fail_with "dim on a dumb terminal"
}

@test "no escape sequence goes where no terminal is, nor where NO_COLOR forbids colours" {
	local escape=$'\033'
	run ! grep -q "$escape" "$BATS_FILE_TMPDIR/stderr"
	[[ $("$FORKCOST" show "$FOLDER") != *"$escape"* ]]
	command -v script >/dev/null || skip "script is not installed"
	TERM=xterm script -qec "$FORKCOST run ${TINY[*]} --output $BATS_TEST_TMPDIR" /dev/null \
		</dev/null >"$BATS_TEST_TMPDIR/coloured" 3>&-
	NO_COLOR=1 TERM=xterm script -qec "$FORKCOST run ${TINY[*]} --output $BATS_TEST_TMPDIR" /dev/null \
		</dev/null >"$BATS_TEST_TMPDIR/plain" 3>&-
	grep -q "$escape\[[0-9;]*[1-9]m" "$BATS_TEST_TMPDIR/coloured" || fail_with "no colour on a terminal"
	! grep -q "$escape\[[0-9;]*m" "$BATS_TEST_TMPDIR/plain" || fail_with "colour in spite of NO_COLOR"
}

@test "summarize again: everything derived comes out byte for byte the same" {
	cp -r "$(readlink -f "$FOLDER")" "$BATS_TEST_TMPDIR/run"
	"$FORKCOST" summarize "$BATS_TEST_TMPDIR/run"
	cp -r "$BATS_TEST_TMPDIR/run" "$BATS_TEST_TMPDIR/first"
	rm -r "$BATS_TEST_TMPDIR/run/summary.csv" "$BATS_TEST_TMPDIR/run/tables"
	"$FORKCOST" summarize "$BATS_TEST_TMPDIR/run"
	diff -r "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/run"
	cmp "$FOLDER/summary.csv" "$BATS_TEST_TMPDIR/run/summary.csv"
}

@test "statistics come from the raw samples alone" {
	cp -r "$(readlink -f "$FOLDER")" "$BATS_TEST_TMPDIR/run"
	cd "$BATS_TEST_TMPDIR/run"
	# Every window_ns of null becomes 777.
	edit_samples . -E ':again; s/("window_ns":\[(777,)*)([0-68-9][0-9.]*|7[0-9.]{0,1}|7[0-68-9][0-9.]*|77[0-68-9.][0-9.]*)([],])/\1777\4/; t again'
	"$FORKCOST" summarize .
	[ "$(awk -F, '$1 == "null" { print $18 }' summary.csv | sort -u)" = 777 ] ||
		fail_with "$(grep ^null summary.csv)"
}

@test "plot draws a run" {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	cp -r "$(readlink -f "$FOLDER")" "$BATS_TEST_TMPDIR/run"
	run --separate-stderr "$FORKCOST" plot "$BATS_TEST_TMPDIR/run"
	succeeded
	local script name
	for script in "$ROOT"/plots/*.gp; do
		name=$(basename "$script" .gp)
		is_figure "$name" && [[ ! $name =~ ^(kernel-breakdown$|compare-) ]] || continue
		head -c 200 "$BATS_TEST_TMPDIR/run/plots/$name.svg" | grep -q '<svg\|<?xml' || fail_with "no $name.svg"
		[ "$(head -c 5 "$BATS_TEST_TMPDIR/run/plots/$name.pdf")" = %PDF- ] || fail_with "no $name.pdf"
		head -c 8 "$BATS_TEST_TMPDIR/run/plots/$name.png" | grep -q PNG || fail_with "no $name.png"
	done
}

@test "a run writes what it promises, and latest leads there" {
	local name
	for name in environment.json samples.jsonl.zst summary.csv derived.csv tables; do
		[ -e "$FOLDER/$name" ] || fail_with "no $name"
	done
	[[ $(readlink "$FOLDER") =~ ^[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9_-]+$ ]]
	samples "$FOLDER" | tail -1 | grep -q '"type":"end".*"ended":"complete"'
	samples "$FOLDER" | head -1 | grep -q '^{"type":"run","format":3,'
}

@test "malformed heap sizes are refused in one line" {
	local size
	for size in 12Q -1M 1M.. 4M..1M*2 1M..4M 1000 "," "1M," 0..4M*2 1M..4M*1 1M..4M*x 1.5M \
		99999999999999999999 99999999T 0x1000 "1 M" M; do
		usage_error "$size" run --heap "$size" --output "$BATS_TEST_TMPDIR/none"
	done
	usage_error "size list ''" run --heap "" --output "$BATS_TEST_TMPDIR/none"
	usage_error "size ''" run --heap "1M..*2" --output "$BATS_TEST_TMPDIR/none"
	usage_error 1000 run --heap 4096,1000 --output "$BATS_TEST_TMPDIR/none"
	[ ! -e "$BATS_TEST_TMPDIR/none" ]
}

@test "names that are not known are refused, with those that are" {
	usage_error nope run --preset nope
	[[ $stderr == *quick*bench*full* ]]
	usage_error nope run --primitive nope
	[[ $stderr == *posix_spawn* ]]
	usage_error nope run --primitive fork,nope
	usage_error nope run --state nope
	[[ $stderr == *dirty*write-protected* ]]
	usage_error nope run --cache nope
	usage_error nope run --child-cpu nope
	usage_error nope run --action nope
	usage_error "''" run --state ''
	usage_error --nope run --nope
	usage_error nope nope
	usage_error surplus run surplus
	usage_error 'without a command'
}

@test "numbers out of range are refused" {
	usage_error "'0'" run --precision 0
	usage_error "'200'" run --precision 200
	usage_error "'nan'" run --precision nan
	usage_error "'0'" run --budget 0
	usage_error "'5 m'" run --budget '5 m'
	usage_error "'-1'" run --budget -1
	usage_error "'0'" run --replicates 0
	usage_error "'99999'" run --replicates 99999
	usage_error "'x'" run --seed x
	usage_error "'0'" run --cell-time 0
	usage_error "'x'" run --evict x
	usage_error 1023 run --cpu 1023
	usage_error "''" run --output ''
	# What strtod takes, but nobody writes.
	usage_error "'0x10%'" run --precision 0x10%
	usage_error "'1e1%'" run --precision 1e1%
	usage_error "'inf'" run --precision inf
	usage_error "'+2%'" run --precision +2%
	usage_error "'.5%'" run --precision .5%
}

@test "a number that cannot be read is refused with the name of its option" {
	local option
	for option in precision budget replicates cell-time seed cpu evict working-set heap threads; do
		usage_error "--$option's" run "--$option" 1x
	done
	usage_error "--heap's range '1M..4M'" run --heap 1M..4M
	for option in heap count; do usage_error "--$option's" once "--$option" 1x; done
	usage_error "--pages:" explain --pages 1x
}

@test "an option without its value does not take the next option for it" {
	local command
	usage_error '--heap: it needs a value' run --heap
	usage_error '--heap: it needs a value' run --heap --dry-run
	usage_error '--output: it needs a value' run --output --dry-run
	usage_error '--output: it needs a value' run --output=--dry-run
	usage_error '--counters: it needs a value' run --counters -x
	usage_error '--heap: it needs a value' once --heap --count 1
	usage_error '--primitive: it needs a value' explain --primitive --json
	usage_error '--counters: it needs a value' counters --counters --help
	usage_error "--dry-run a value" run --dry-run=yes
	[ ! -e --dry-run ]
}

@test "an option that would have no effect is refused" {
	usage_error '--heap twice' run --heap 0 --heap 1M --dry-run
	usage_error '--dry-run twice' run --dry-run --dry-run
	usage_error '--count twice' once --count 1 --count 2
	usage_error '--pages twice' explain --pages 1 --pages 2
	usage_error '--counters twice' counters --counters none --counters none
}

@test "a word of any length is refused with its remedy" {
	local long
	long=$(printf '%5000s' '' | tr ' ' x)
	usage_error xxx run --heap "$long"
	usage_error xxx run "--$long"
	usage_error xxx run --output "$long"
	usage_error xxx "$long"
	usage_error xxx show "$long"
}

@test "--dry-run refuses what the run would refuse" {
	local size
	for size in 99999T 18446744073709551615; do
		usage_error 'cannot fit an eviction buffer' run --evict $size --experiment switch --dry-run
		usage_error 'cannot fit an eviction buffer' run --evict $size --cache warm --dry-run
	done
	usage_error --evict run --evict 0 --cache cold --dry-run
	refused 1 /nope/below run "${TINY[@]}" --output /nope/below --dry-run
	refused 1 "$FORKCOST" run "${TINY[@]}" --output "$FORKCOST" --dry-run
}

@test "too few open files allowed: said before anything is measured, with the limit's name" {
	local count
	for count in 5 6 8 16 31; do
		run --separate-stderr bash -c 'ulimit -n "$1" && shift && exec "$@"' bash $count \
			"$FORKCOST" run "${TINY[@]}" --output "$BATS_TEST_TMPDIR/none" 3>&-
		one_line 1 "at most $count open files" "$count"
		[[ $stderr == *'(ulimit -n'* ]] || fail_with "another remedy"
		[ ! -e "$BATS_TEST_TMPDIR/none" ]
	done
	run --separate-stderr bash -c 'ulimit -n 8 && exec "$@"' bash "$FORKCOST" doctor 3>&-
	[ "$status" -eq 1 ] && [[ $output =~ BAD\ +open\ files\ +at\ most\ 8 ]] || fail_with "doctor does not say so"
	# What is the least it says is enough, with all counters.
	bash -c 'ulimit -n 32 && exec "$@"' bash "$FORKCOST" run "${TINY[@]}" --output "$BATS_TEST_TMPDIR/out" 3>&- 2>/dev/null
	tsv "$BATS_TEST_TMPDIR/out/latest/summary.csv" >"$BATS_TEST_TMPDIR/table"
	TABLE=$BATS_TEST_TMPDIR/table
	some 'primitive == "clone3" && metric == "call_ns" && count > 0'
	none 'note ~ /[Oo]pen files/'
	for count in 4 5; do
		run --separate-stderr bash -c 'ulimit -n "$1" && shift && exec "$@"' bash $count "$FORKCOST" show "$FOLDER" 3>&-
		one_line 1 "$FOLDER"
		[[ $stderr == *'(ulimit -n'* ]] || fail_with "another remedy"
	done
	# Without a plan, too, it is that limit which is named, and no primitive.
	run --separate-stderr bash -c 'ulimit -n 4 && exec "$@"' bash "$FORKCOST" once --primitive clone3 3>&-
	one_line 2 'open files'
	[[ $stderr == *'(ulimit -n'* ]] || fail_with "another remedy"
}

@test "a heap that does not fit is refused before anything is allocated, and what fits is said" {
	local size
	# With room for nothing but the programs: a heap that was begun would be another error.
	ulimit -v $((1024 * 1024))
	for size in 1T 100T 16777215T 9196429372677013504; do
		usage_error 'cannot fit a heap' run --heap "$size" --output "$BATS_TEST_TMPDIR/none"
		[[ $stderr =~ '; up to --heap '[0-9]+[MG]' fits'$ ]] || fail_with "it does not say what fits"
	done
	usage_error 'cannot fit a heap' once --heap 100T
	usage_error 'cannot fit' run --heap 4M --cache cold --evict 18446744073709551614 --output "$BATS_TEST_TMPDIR/none"
	[ ! -e "$BATS_TEST_TMPDIR/none" ]
}

@test "pairs that make no sense are refused with the reason" {
	usage_error posix_spawn run --primitive posix_spawn --action exit
	usage_error thread run --primitive thread --action exec
	usage_error eager_copy run --primitive eager_copy --action exec
	[[ $stderr == *"free the copy"* ]]
	# Only what makes sense is taken when nobody named the action.
	"$FORKCOST" run "${TINY[@]}" --primitive thread,posix_spawn --output "$BATS_TEST_TMPDIR" 3>&- 2>/dev/null
	[ "$(awk -F, '$1 == "spawn" { print $2, $3 }' "$BATS_TEST_TMPDIR/latest/summary.csv" | sort -u | tr '\n' ';')" = \
		'posix_spawn exec;thread exit;' ]
}

@test "once refuses what it cannot do, in one line" {
	usage_error --nope once --nope
	usage_error nope once --action nope
	usage_error surplus once surplus
	usage_error "'0'" once --count 0
	usage_error 1000 once --heap 1000
	usage_error --count once --count
}

# completes EXPECTED WORDS...: just these, sorted, with blanks between.
completes() {
	local expected=$1
	shift
	[ "$(completed "$@" | sort | tr '\n' ' ')" = "$expected " ] || fail_with "$*: $(completed "$@")"
}

@test "completion offers commands, options and values that are known by name" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p results/latest "results/odd name"
	completes 'claims compare completion counters' c
	completes '--precision --preset --primitive --program' run --pr
	completes '--json' claims --j
	completes 'bench full quick' run --preset ''
	completes 'quick' run --preset = q
	completes 'bench full quick' run --preset =
	completes 'dirty,write-protected' run --state dirty,w
	completes 'vfork' run --primitive v
	completes 'fork,vfork' run --primitive fork,v
	completes 'snapshot spawn spawn_options spread_write switch' run --experiment s
	completes 'thp' explain --page-kind t
	completes 'parent' explain --who p
	completes 'results/latest' show results/l
	completes 'results/odd name' run --output results/o
	completes '' run --seed ''
	completes '' list x
	completes 'bash' completion ''
	# Every command, and every option that its help tells.
	local command
	for command in $("$FORKCOST" --help | sed -nE 's/^  ([a-z]+)  .*/\1/p'); do
		completed '' | grep -qxF "$command" || fail_with "no $command"
		"$FORKCOST" "$command" --help | sed -nE 's/^ +(-h, )?(--[a-z-]+).*/\2/p' | sort >help
		completed "$command" - | sort | diff help - || fail_with "$command: other options"
		[ -s help ]
	done
	usage_error nosh completion nosh
	usage_error SHELL completion
}

@test "list and doctor take no arguments" {
	usage_error surplus list surplus
	usage_error --nope doctor --nope
}

# A run that is not there is a wrong word, as an unknown option is: 2. One that is there and broken is no
# fault of the command line: 1.
@test "a run that is not given, not there or no run is refused" {
	local command
	mkdir "$BATS_TEST_TMPDIR/empty"
	for command in show summarize plot claims samples variance model; do
		usage_error "$command" $command
		usage_error /nope $command /nope
		usage_error nowhere $command nowhere
		usage_error "$FORKCOST" $command "$FORKCOST"
		usage_error "$FORKCOST/below" $command "$FORKCOST/below"
		usage_error "''" $command ''
		refused 1 samples.jsonl $command "$BATS_TEST_TMPDIR/empty"
	done
	for command in show summarize plot samples; do usage_error "$command" $command a b; done
}

@test "--dry-run prints the plan and an estimate, and writes no results" {
	run --separate-stderr "$FORKCOST" run "${TINY[@]}" --dry-run --output "$BATS_TEST_TMPDIR/none"
	succeeded
	[[ $output =~ estimate:\ time\ .*memory\ .*iB ]] || fail_with "no estimate"
	[[ $output == *"2 jobs"* && $output == *"same as-given dirty warm"* && $output == *"clone_vm_vfork exec"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/none" ]
	fits 100
}

# cells_say NAME: what each cell of the last run says of itself under that name.
cells_say() {
	samples "$BATS_TEST_TMPDIR/latest" | grep '^{"type":"cell"' | sed "s/.*\"$1\":\([0-9.e+-]*\).*/\1/"
}

# One may begin late on a machine that has other things to do: the one before which the time was not yet up.
@test "the budget is kept to: no replicate begins after it, and the run says so" {
	"$FORKCOST" run "${PLAIN[@]}" --experiment spawn --heap 0,1M --replicates 1000 --cell-time 10ms --cache warm --primitive vfork \
		--budget 3s --no-plots --no-table --output "$BATS_TEST_TMPDIR" 3>&- 2>/dev/null
	samples "$BATS_TEST_TMPDIR/latest" | tail -1 | grep -q '"ended":"budget"'
	grep -q 'stopped: budget' "$BATS_TEST_TMPDIR/latest/summary.csv"
	paste <(cells_say began_s) <(cells_say heap_bytes) <(cells_say replicate) |
		awk '$1 > 3 { print "began at " $1 " s"; late[$2 " " $3] } END { for (i in late) n++; exit n > 1 || NR < 10 }'
}

# Where nothing is installed but make, and a sed to print with.
@test "make, and make help, print what there is to make and do nothing else" {
	local place=$BATS_TEST_TMPDIR/bare words
	mkdir -p "$place/bin"
	for words in make sed sh; do ln -s "$(command -v $words)" "$place/bin/"; done
	cp -R "$ROOT/Makefile" "$ROOT/harness" "$ROOT/bench" "$ROOT/scripts" "$place/"
	find "$place" -printf "%p %s %T@\n" >"$BATS_TEST_TMPDIR/before"
	for words in help ''; do
		# shellcheck disable=SC2086 # no word, or one
		run --separate-stderr env -i PATH="$place/bin" make -C "$place" --no-print-directory $words
		{ [ "$status" -eq 0 ] && [ -z "$stderr" ]; } || fail_with "make $words: it does more than print"
		[ "${#lines[@]}" -ge 8 ] || fail_with "make $words: not all that there is to make"
		[ "$(grep -vc '^make [a-z-]* ' <<<"$output")" -eq 0 ] || fail_with "make $words: other lines"
	done
	find "$place" -printf "%p %s %T@\n" | cmp - "$BATS_TEST_TMPDIR/before"
}

#!/usr/bin/env bats
# What lies in a run's folder may have been put there by anybody: it is never run, never followed, and never
# taken for more than text. And what is the user's is left alone.
load helpers

setup_file() {
	"$FORKCOST" run "${TINY[@]}" --primitive fork,vfork --output "$BATS_FILE_TMPDIR/results" \
		3>&- 2>"$BATS_FILE_TMPDIR/stderr" ||
		{
			cat "$BATS_FILE_TMPDIR/stderr" >&2
			return 1
		}
}

setup() {
	PLACE=$BATS_TEST_TMPDIR
	RUN=$PLACE/run
	cp -r "$(readlink -f "$BATS_FILE_TMPDIR/results/latest")" "$RUN"
	cd "$PLACE" || return
}

with_gnuplot() { command -v gnuplot >/dev/null || skip "gnuplot is not installed"; }

# draws_only NAME...: from here on forkcost is a copy that has these figures.
draws_only() {
	private_build "$PLACE"
	few_figures "$PLACE" "$@"
	FORKCOST=$PLACE/build/forkcost
}

# untouched: nothing was run, and the file outside the run is as it was.
untouched() {
	[ -z "$(find "$PLACE" "$ROOT/plots" -name '*PWNED*')" ] || fail_with "something was run"
	[ ! -e "$PLACE/outside" ] || [ "$(cat "$PLACE/outside")" = mine ] || fail_with "a file outside was written"
}

# no_rest: no half-written file is left in the run.
no_rest() {
	[ -z "$(find "$RUN" -name '.*.tmp-*')" ] || fail_with "left behind: $(find "$RUN" -name '.*.tmp-*')"
}

@test "scripts in a run's folder are not run" {
	local name
	with_gnuplot
	for name in style.gp spawn-by-heap.gp gnuplotrc .gnuplot; do
		echo 'system("touch '"$PLACE/PWNED-$name"'")' >"$RUN/plots/data/$name"
		cp "$RUN/plots/data/$name" "$RUN/plots/data/../$name"
		cp "$RUN/plots/data/$name" "$PLACE/$name"
	done
	HOME=$PLACE GNUPLOT_LIB=$RUN/plots/data run --separate-stderr "$FORKCOST" plot "$RUN"
	untouched
	[ "$status" -eq 0 ] && [ -z "$stderr" ] || fail_with "it does not draw"
	[ -s "$RUN/plots/spawn-by-heap.svg" ]
}

@test "gnuplot's private folder is gone after drawing, and after failing to" {
	with_gnuplot
	draws_only timeline
	mkdir tmp bin
	TMPDIR=$PLACE/tmp run --separate-stderr "$FORKCOST" plot "$RUN"
	[ "$status" -eq 0 ] || fail_with "it does not draw"
	[ -z "$(ls -A tmp)" ] || fail_with "left behind: $(ls -A tmp)"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nstat -c %%a "$HOME" >&2\nls -A "$HOME" >&2\nexit 1\n' >bin/gnuplot
	chmod +x bin/gnuplot
	PATH=$PLACE/bin:$PATH TMPDIR=$PLACE/tmp run --separate-stderr "$FORKCOST" plot "$RUN"
	one_line 1 'gnuplot says: plots'
	[ -z "$(ls -A tmp)" ] || fail_with "left behind: $(ls -A tmp)"
	TMPDIR=$PLACE/nowhere run --separate-stderr "$FORKCOST" plot "$RUN"
	one_line 1 "$PLACE/nowhere/forkcost-plot-"
}

@test "interrupted while gnuplot draws: it ends at once, with all that it made for that" {
	local pid
	mkdir tmp bin
	printf '#!/bin/sh\ntouch begun\nexec sleep 60\n' >bin/gnuplot
	chmod +x bin/gnuplot
	PATH=$PLACE/bin:$PATH TMPDIR=$PLACE/tmp "$FORKCOST" plot "$RUN" 2>stderr 3>&- &
	pid=$!
	has_begun() { [ -n "$(find tmp -name begun)" ]; }
	wait_for has_begun
	kill -TERM "$pid"
	status=0
	has_ended() { ! kill -0 "$pid"; }
	wait_for has_ended
	wait "$pid" || status=$?
	[ "$status" -eq 130 ] || fail_with "status"
	grep -q 'cannot finish drawing .*: interrupted; ' stderr || fail_with "no words"
	[ -z "$(ls -A tmp)" ] || fail_with "left behind: $(ls -A tmp)"
}

@test "gnuplot that leaves half a figure is an error, and the figure that was there stays" {
	mkdir bin
	echo mine >"$RUN/plots/cache-states.svg"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nwhile [ "$1" != -c ]; do shift; done\necho "<svg>" >"../$5.svg"\n' >bin/gnuplot
	chmod +x bin/gnuplot
	PATH=$PLACE/bin:$PATH run --separate-stderr "$FORKCOST" plot "$RUN"
	one_line 1 cache-states.svg
	[ "$(cat "$RUN/plots/cache-states.svg")" = mine ]
}

@test "a file that is a link, a folder or a pipe is refused, and what it leads to stays" {
	local name kind
	for name in summary.csv ratios.csv derived.csv claims.md claims.json tables/spawn.md tables/spawn.tex \
		plots/data/spawn-by-heap-call-dirty.dat plots/data/caption-timeline.dat; do
		for kind in "ln -s $PLACE/outside" 'ln -s /nowhere' mkfifo mkdir; do
			rm -rf "${RUN:?}/$name"
			echo mine >outside
			$kind "$RUN/$name"
			run --separate-stderr timeout 20 "$FORKCOST" summarize "$RUN"
			one_line 1 "$name" "$kind"
			untouched
			no_rest
			[ ! -f "$RUN/$name" ] || [ -L "$RUN/$name" ] || fail_with "$kind $name was replaced"
		done
		rm -rf "${RUN:?}/$name"
	done
	"$FORKCOST" summarize "$RUN"
}

@test "a folder of a run that is a link or no folder is refused" {
	local name
	mkdir away
	for name in plots tables plots/data; do
		mv "$RUN/$name" "$PLACE/kept"
		ln -s "$PLACE/away" "$RUN/$name"
		run --separate-stderr "$FORKCOST" summarize "$RUN"
		one_line 1 "$name"
		rm "$RUN/$name"
		echo >"$RUN/$name"
		run --separate-stderr "$FORKCOST" summarize "$RUN"
		one_line 1 "$name"
		rm "$RUN/$name"
		mv "$PLACE/kept" "$RUN/$name"
	done
	[ -z "$(ls -A away)" ] || fail_with "written elsewhere: $(ls -A away)"
}

@test "a figure that is a link is refused, and a file is replaced" {
	with_gnuplot
	draws_only timeline
	echo mine >outside
	ln -s "$PLACE/outside" "$RUN/plots/timeline.pdf"
	run --separate-stderr "$FORKCOST" plot "$RUN"
	one_line 1 plots/timeline.pdf
	untouched
	rm "$RUN/plots/timeline.pdf"
	ln outside "$RUN/plots/timeline.pdf" # one file by two names
	run --separate-stderr "$FORKCOST" plot "$RUN"
	[ "$status" -eq 0 ] || fail_with "it does not draw"
	[ "$(head -c 5 "$RUN/plots/timeline.pdf")" = %PDF- ]
	untouched
}

@test "crosscheck writes into no folder that is a link" {
	command -v hyperfine >/dev/null || skip "hyperfine is not installed"
	mkdir away
	ln -s "$PLACE/away" "$RUN/hyperfine"
	run --separate-stderr sh "$ROOT/scripts/crosscheck" "$RUN" quick "$FORKCOST"
	[ "$status" -eq 1 ] && [[ $stderr == *"$RUN/hyperfine"*"move it away" ]] || fail_with "it goes on"
	[ -z "$(ls -A away)" ]
}

@test "the run's own folder may be a link" {
	ln -s "$RUN" by-link
	rm "$RUN/summary.csv"
	"$FORKCOST" summarize by-link
	"$FORKCOST" summarize by-link/
	[ -s "$RUN/summary.csv" ]
	no_rest
}

# A run that measures next to nothing.
measure() {
	run --separate-stderr "$FORKCOST" run "${TINY[@]}" --primitive fork --output "$PLACE/out" 3>&-
}

@test "latest leads to the newest run, and is left alone where it is no link" {
	local kind
	measure
	measure
	[ "$status" -eq 0 ] || fail_with "it does not run"
	[ -L out/latest ] || fail_with "there is no link"
	[ "$(readlink out/latest)" = "$(find out -maxdepth 1 -name "2*" -printf '%f\n' | sort | tail -1)" ] || fail_with "latest leads elsewhere"
	for kind in file folder; do
		rm -rf out/latest
		if [ "$kind" = folder ]; then mkdir out/latest; else echo mine >out/latest; fi
		measure
		[ "$status" -eq 0 ] || fail_with "the run does not go on"
		[ "$(grep -c 'warning: .*/latest' <<<"$stderr")" -eq 1 ] || fail_with "no warning"
		[ ! -L out/latest ] && [ -e out/latest ] || fail_with "latest was replaced"
		[ ! -f out/latest ] || [ "$(cat out/latest)" = mine ] || fail_with "latest was written"
	done
	[ -z "$(ls -A out/latest)" ] && [ -z "$(find out -name '.latest*')" ]
	run --separate-stderr env FORKCOST_OUTPUT="$PLACE/out" sh "$ROOT/scripts/bench" quick "$FORKCOST"
	[ "$status" -eq 1 ] && [[ $stderr == *"$PLACE/out/latest"* ]] || fail_with "bench measures first"
}

@test "whatever writes reports a limit on the size of files, with what to do" {
	# shellcheck disable=SC2016
	run --separate-stderr bash -c 'ulimit -f 1 && exec "$@"' bash "$FORKCOST" summarize "$RUN"
	one_line 1 'File too large'
	[[ $stderr == */summary.csv* && $stderr == *'ulimit -f'* ]] || fail_with "no file or no remedy"
	no_rest
	# The memory that a worker shares is a file, too.
	# shellcheck disable=SC2016
	run --separate-stderr bash -c 'ulimit -f 1 && exec "$@"' bash "$FORKCOST" list
	one_line 1 'File too large'
	[[ $stderr == *'ulimit -f'* ]] || fail_with "no remedy"
	# shellcheck disable=SC2016
	bash -c 'ulimit -f 1 && exec "$@"' bash "$FORKCOST" run --help >"$PLACE/help" 2>"$PLACE/stderr" || status=$?
	[ "$status" -eq 1 ] || fail_with "status is not 1"
	grep -q 'cannot write the output: File too large; .*ulimit -f' "$PLACE/stderr"
}

@test "a limit on the size of files that gnuplot meets is reported, too" {
	with_gnuplot
	# shellcheck disable=SC2016
	run --separate-stderr bash -c 'ulimit -f 1000 && exec "$@"' bash "$FORKCOST" summarize "$RUN"
	[ "$status" -eq 0 ] || fail_with "the run's own files do not fit"
	printf 'set print ARG2\ndo for [i = 1:30000] { print "a line that is one of very many lines, %%d" }\n' >long
	private_build "$PLACE"
	few_figures "$PLACE" spawn-by-heap
	cp long "$PLACE/plots/spawn-by-heap.gp"
	# shellcheck disable=SC2016
	run --separate-stderr bash -c 'ulimit -f 1000 && exec "$@"' bash "$PLACE/build/forkcost" plot "$RUN"
	one_line 1 'ulimit -f'
}

@test "names, reasons and the machine's words are text in every form" {
	local command escape text file rows_before
	cp -r "$RUN" plain
	edit_samples plain '1s%"counters":\[[^]]*\]%"counters":[{"name":"cycles","missing":"unavailable: x"}]%'
	"$FORKCOST" summarize plain
	rows_before=$(wc -l <plain/summary.csv)
	escape=$(printf '\033')
	# A primitive, as JSON has it, and what no level or name needs but a reason or a model might hold.
	local name='=cmd(),\"a|b\" <b>-->$`x`\\{x}'
	local free="$name"' <script>x</script> \\input{x} [l](http://x) \u001b[31mred\u001b[0m \u009b2J \nforkcost: cannot forge; do nothing\r'
	name=${name//\\/\\\\} free=${free//\\/\\\\} # for sed
	edit_samples "$RUN" "s%\"primitive\":\"vfork\"%\"primitive\":\"$name\"%g"
	sed -i "s%\"cpu_model\": \"[^\"]*\"%\"cpu_model\": \"$free\"%" "$RUN/environment.json"
	edit_samples "$RUN" "1s%\"counters\":\[[^]]*\]%\"counters\":[{\"name\":\"cycles\",\"missing\":\"$free\"}]%"
	for command in 'summarize' 'show' 'claims' 'claims --markdown' 'claims --json'; do
		# shellcheck disable=SC2086
		run --separate-stderr "$FORKCOST" $command "$RUN"
		[ "$status" -eq 0 ] || fail_with "$command fails"
		[[ $output$stderr != *"$escape"* ]] || fail_with "$command prints an escape sequence"
		[[ $output$stderr != *$'\xc2\x9b'* ]] || fail_with "$command prints a control character"
		[[ $output$stderr != *$'\r'* ]] || fail_with "$command prints a carriage return"
		! grep -q '^forkcost: cannot forge' <<<"$output$stderr" || fail_with "$command prints a forged line"
	done
	for file in summary.csv ratios.csv derived.csv claims.md claims.json tables/*.md tables/*.tex plots/data/*.dat; do
		for text in "$RUN"/$file; do
			! LC_ALL=C grep -qP '[\x01-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$text" || fail_with "control characters in $text"
			grep -qv '^forkcost: cannot forge' "$text" || [ ! -s "$text" ] || fail_with "a forged line in $text"
		done
	done
	# CSV: as many rows as before, as many fields in each, and no formula.
	tsv "$RUN/summary.csv" >table
	[ "$(wc -l <table)" -eq "$rows_before" ] || fail_with "rows were forged"
	awk -F '\t' 'NR == 1 { fields = NF } NF != fields || /(^|\t)[=+@]/ { exit 1 }' table || fail_with "fields are forged"
	cut -f2 table | grep -qxF "'"'=cmd(),"a|b" <b>-->$`x`\{x}' || fail_with "the name is not whole" "$(cut -f2 table | sort -u)"
	# Markdown: no HTML, no end of a comment but ours, no cell more.
	for text in "$RUN"/tables/*.md "$RUN/claims.md"; do
		! grep -q '<script\|<b>\|[^\\]`\|[^\\]\[l' "$text" || fail_with "markup in $text"
		[ "$(grep -c -e '-->' "$text")" -eq 1 ] || fail_with "a comment ends early in $text"
	done
	sed 's/\\|//g' "$RUN/tables/spawn.md" | awk -F '|' '/^\|/ { if (last && NF != last) exit 1; last = NF } !/^\|/ { last = 0 }' ||
		fail_with "a cell is forged"
	# LaTeX: no command that is not ours.
	! grep -q '\\input\|\\script' "$RUN"/tables/*.tex || fail_with "a command in LaTeX"
}

@test "a name on the command line is text, too" {
	local escape
	escape=$(printf '\033')
	run --separate-stderr "$FORKCOST" show $'no\033[2Jwhere\nforkcost: ok\xc2\x9b\xff'
	[[ $output$stderr != *"$escape"* && $stderr != *$'\xff'* && $stderr != *$'\xc2\x9b'* ]] || fail_with "raw bytes"
	[ "${#stderr_lines[@]}" -eq 1 ] || fail_with "not one line"
	run --separate-stderr "$FORKCOST" $'\033[2J'
	[[ $output$stderr != *"$escape"* ]] || fail_with "raw bytes"
}

@test "an argument that is no UTF-8 is kept in the run's record" {
	run --separate-stderr "$FORKCOST" run "${TINY[@]}" --primitive fork --output "$PLACE/"$'o\xff' 3>&-
	[ "$status" -eq 0 ] || fail_with "it does not run"
	samples "$PLACE/"$'o\xff/latest' | grep -qF '/o\\xff"' || fail_with "the argument is not there"
}

@test "nothing is printed, and no file of a run made, but by what is for it" {
	local found
	found=$(cd "$ROOT" && grep -nE '\b(v?f?printf|f?puts|f?putc|putchar|fwrite|perror|psignal|dprintf|json_dumpf|json_dump_file|json_dumpfd|putchar_unlocked)\(' \
		-r harness/driver --include='*.c' | grep -vE '^harness/driver/(base/forms/[a-z]+|base/outfile|kernels/cpio)\.c:' || :)
	[ -z "$found" ] || fail_with "use print(), or the writer of the form:" "$found"
	found=$(cd "$ROOT" && grep -nE '\b(fopen|freopen|creat|mkdir|mkdirat|symlink|rename|renameat)\(' \
		-r harness/driver --include='*.c' | grep -vE '^harness/driver/(base/outfile|run/record|machine/tunables)\.c:|"re"\)' || :)
	[ -z "$found" ] || fail_with "use outfile_open():" "$found"
	# tunables.c writes no file of a run. cpio.c is the one writer of archives, and outfile_whole() of whole files.
	[ "$(grep -c 'fwrite(' "$ROOT/harness/driver/base/outfile.c")" -eq 1 ]
}

# Shared by the command-line tests. Nothing here asserts an absolute time.
# BUILD may name another build than build/.
# shellcheck shell=bash
bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
FORKCOST=$BUILD/forkcost
# For runs that are not about the axes whose other levels run where nobody asks: without those.
PLAIN=(--program own)
# The smallest run that is one: two heaps, one cell each.
TINY=("${PLAIN[@]}" --experiment spawn --heap '0,4M' --replicates 1 --cell-time 1ms --cache warm --state dirty --child-cpu same
	--no-plots --no-table)
export LC_ALL=C
unset NO_COLOR

# fail_with WORDS: what was seen instead, and red.
fail_with() {
	printf '%s\n' "$@" "status: ${status-}" "stdout: ${output-}" "stderr: ${stderr-}" >&2
	return 1
}

# tsv FILE: a CSV file as RFC 4180 has it, with tabs between the fields and no quotes.
tsv() {
	awk '!/"/ { gsub(",", "\t"); print; next }
	{
		field = ""; line = ""; quoted = 0
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			if (c == "\"") {
				if (quoted && substr($0, i + 1, 1) == "\"") { field = field c; i++ }
				else quoted = !quoted
			} else if (c == "," && !quoted) { line = line field "\t"; field = "" }
			else field = field c
		}
		print line field
	}' "$1"
}

# rows CONDITION EXPRESSION: EXPRESSION of the rows of $TABLE (a tsv) that meet CONDITION; both may use
# the names of the columns. Red where there is no table, or one without rows.
rows() {
	[ -f "${TABLE-}" ] && [ "$(wc -l <"$TABLE")" -ge 2 ] ||
		fail_with "no table with rows: ${TABLE-}" || return
	awk -F '\t' 'NR > 1 {
		experiment = $1; primitive = $2; action = $3; case_name = $4; heap = $5; page_kind = $6
		state = $7; cache = $8; touch_order = $9; child_cpu = $13; metric = $14; unit = $15; count = $16
		replicates = $17; median = $18; min = $24; max = $25; undisturbed = $27; note = $30
		if ('"$1"') print '"$2"'
	}' "$TABLE"
}

# none CONDITION: no row meets it, or red with the first of those that do. It holds as well where what it
# speaks of is not there at all: see `all`.
none() {
	local found
	found=$(rows "$1" '$0') || fail_with "cannot look for rows: $1" || return
	[ -z "$found" ] || fail_with "these rows should not be: $1" "$(head -3 <<<"$found")"
}

# some CONDITION: at least one row meets it.
some() {
	local found
	found=$(rows "$1" 1) || fail_with "cannot look for rows: $1" || return
	[ -n "$found" ] || fail_with "no row is: $1"
}

# all SELECTION CONDITION: there are rows of the selection, and each meets the condition.
all() {
	some "$1" && none "($1) && !($2)"
}

# fits COLUMNS: no line of the last `run` is longer; characters count, not bytes.
fits() {
	local wide
	wide=$(LC_ALL=C.UTF-8 grep -aE ".{$(($1 + 1))}" <<<"$output") || return 0
	fail_with "wider than $1 columns:" "$wide"
}

# succeeded: the last `run` ended with 0 and said nothing on stderr.
succeeded() {
	[[ $status -eq 0 && -z $stderr ]] || fail_with "it failed, or complained"
}

# usage_error OBJECT ARGUMENTS...: exit status 2, nothing on stdout, and one line on stderr, which
# names the object and says what to do.
usage_error() { refused 2 "$@"; }

# refused STATUS OBJECT ARGUMENTS...
refused() {
	local want=$1 object=$2
	shift 2
	run --separate-stderr "$FORKCOST" "$@"
	one_line "$want" "$object" "$*"
	[ -z "$output" ] || fail_with "something on stdout: $*"
}

# one_line STATUS OBJECT [WHAT]: how the last `run` ended.
one_line() {
	local what=${3-}
	[ "$status" -eq "$1" ] || fail_with "status is not $1: $what"
	[ "${#stderr_lines[@]}" -eq 1 ] || fail_with "not one line on stderr: $what"
	[[ ${stderr_lines[0]} == *"$2"* ]] || fail_with "'$2' is not named: $what"
	[[ ${stderr_lines[0]} == forkcost:\ cannot\ * ]] || fail_with "it does not say what cannot be done: $what"
	# What went wrong; what to do.
	[[ ${stderr_lines[0]} =~ (\;\ [^\;]{6,}|:\ (give|write)\ .*)$ ]] || fail_with "no remedy: $what"
}

# private_build FOLDER: a copy whose processes can be distinguished from all others by their path.
private_build() {
	mkdir -p "$1/build"
	cp -p "$BUILD/forkcost" "$BUILD/forkcost-worker" "$BUILD"/forkcost-target* "$1/build/"
	cp -r "$ROOT/plots" "$1/plots"
}

# is_figure NAME: whether the script of this name draws a figure of its own, and is not a part of several.
is_figure() { [[ " formats forget style by-axis " != *" $1 "* ]]; }

# few_figures FOLDER NAME...: leaves only these figures to a private build, for all of them take seconds to draw.
few_figures() {
	local folder=$1 script
	shift
	for script in "$folder"/plots/*.gp; do
		script=$(basename "$script" .gp)
		! is_figure "$script" || [[ " $* " == *" $script "* ]] || rm "$folder/plots/$script.gp"
	done
}

# private_source FOLDER: the source, and what is built of it, to be changed and built again.
private_source() {
	local part
	private_build "$1"
	cp -a "$ROOT/Makefile" "$ROOT/harness" "$ROOT/bench" "$ROOT/scripts" "$1/"
	for part in commit driver worker target; do cp -a "$BUILD/$part" "$1/build/"; done
}

# broken_worker FILE SED-SCRIPT: a worker with something changed in a source file, in $place/build.
broken_worker() {
	place=$BATS_TEST_TMPDIR/broken
	private_source "$place"
	sed -i "$2" "$place/$1"
	! cmp -s "$place/$1" "$ROOT/$1" || fail_with "nothing changed: $2"
	FORKCOST_NO_INSTALL=1 make -C "$place" --no-print-directory BUILD=build \
		COMMIT="$(cat "$place/build/commit" 2>/dev/null || echo unknown)" build/forkcost-worker >/dev/null 3>&-
}

# axes_behind AXIS: the names of those that come after it, which have columns behind its own.
axes_behind() {
	"$FORKCOST" list | sed -n '/^axes/,/^  action/s/^  \([a-z_][a-z_]*\) .*/\1/p' |
		awk -v axis="$1" '/^(axes|action)$/ { next } on; $0 == axis { on = 1 }'
}

# samples RUN: the lines of its samples, which may still be written.
samples() { "$FORKCOST" samples "$1" 2>/dev/null; }

# edit_samples RUN [SED-ARGUMENT...]: its samples as text, which sed has edited.
edit_samples() {
	local run=$1
	shift
	if [ -e "$run/samples.jsonl.zst" ]; then
		samples "$run" >"$run/samples.jsonl"
		rm "$run/samples.jsonl.zst"
	fi
	[ $# -eq 0 ] || sed -i "$@" "$run/samples.jsonl"
}

# processes_of FOLDER: ids of the processes whose program lies there.
processes_of() {
	find /proc -maxdepth 2 -name exe -lname "$1/*" 2>/dev/null | cut -d/ -f3
}

# nothing_left FOLDER: within five seconds no process of that folder runs.
nothing_left() {
	local i
	for ((i = 0; i < 50; i++)); do
		[ -n "$(processes_of "$1")" ] || return 0
		sleep 0.1
	done
	fail_with "processes left behind: $(processes_of "$1" | tr '\n' ' ')"
}

# wait_for WORDS...: until the command succeeds, 20 seconds at most.
wait_for() {
	local i
	for ((i = 0; i < 400; i++)); do
		! "$@" 2>/dev/null || return 0
		sleep 0.05
	done
	fail_with "waited in vain for: $*"
}

# completed WORDS...: what bash offers for the last word behind forkcost, a line each.
completed() {
	"$FORKCOST" completion bash >"$BATS_TEST_TMPDIR/completion" || fail_with "no completion" || return
	bash -c '. "$1"; shift; COMP_WORDS=(forkcost "$@"); COMP_CWORD=$#; _forkcost; printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$BATS_TEST_TMPDIR/completion" "$@"
}

# second_opinion FOLDER: gives a run what scripts/crosscheck gives it, made up: three turns of one cell.
second_opinion() {
	local turn='{"window_ns": 98765432, "hyperfine": {"results": [{"times": [2.5]}, {"times": [1]}, {"times": [2.7]}, {"times": [1]}]}}'
	mkdir -p "$1/hyperfine"
	echo "{\"spawns\": 31, \"turns\": [$turn, $turn, $turn]}" >"$1/hyperfine/clone_vm_vfork.exec.1073741824.json"
}

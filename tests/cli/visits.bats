#!/usr/bin/env bats
# When samples are taken: next to what they are held against, and in a quiet moment where one can be had.

load helpers

# visits RUN: the bursts of a run's replicates in the order taken, a line each: worker, round, arm, state.
visits() {
	samples "$1" | awk '
		function text(of, key,    at) {
			at = index(of, "\"" key "\":\"")
			if (!at) return ""
			of = substr(of, at + length(key) + 4)
			return substr(of, 1, index(of, "\"") - 1)
		}
		function list(of, key, into) {
			match(of, "\"" key "\":\\[[^]]*")
			return split(substr(of, RSTART + length(key) + 4, RLENGTH - length(key) - 4), into, ",")
		}
		/"type":"cell"/ {
			match($0, /"replicate":[0-9]+/)
			worker = text($0, "experiment") substr($0, RSTART + 12, RLENGTH - 12)
			state = text($0, "state")
			count = split($0, arms, "{\"experiment\":")
			for (a = 2; a <= count; a++) {
				arm = substr(arms[a], 2, index(substr(arms[a], 2), "\"") - 1) "/" text(arms[a], "primitive") "/" text(arms[a], "action") "/" text(arms[a], "case") (arms[a] ~ /"aa_control":true/ ? "/again" : "")
				n = list(arms[a], "round", rounds)
				list(arms[a], "at_us", at)
				last = -1
				for (i = 1; i <= n; i++) {
					if (rounds[i] == last) continue
					last = rounds[i]
					print worker, at[i], rounds[i], arm, state
				}
			}
		}' | sort -s -k 1,1 -k 2,2n | awk '{ print $1, $3, $4, $5 }'
}

@test "an arm's burst in one state is followed by its burst in the other, both orders occur, and cells share the time" {
	"$FORKCOST" run --experiment spawn --heap 4M --replicates 2 --cell-time 40ms --cache warm --child-cpu same \
		--counters none --no-plots --no-table --output "$BATS_TEST_TMPDIR" 3>&- 2>/dev/null
	visits "$BATS_TEST_TMPDIR/latest" >"$BATS_TEST_TMPDIR/visits"
	awk 'NR % 2 { worker = $1; round = $2; arm = $3; state = $4; next }
		$1 != worker || $2 != round || $3 != arm || $4 == state { print "apart: " $0; bad = 1 }
		{ seen[state]++ }
		END { exit bad || NR < 80 || !seen["dirty"] || !seen["write-protected"] }' "$BATS_TEST_TMPDIR/visits" ||
		fail_with "$(head -20 "$BATS_TEST_TMPDIR/visits")"
	# Neither cell has the time of both: together they last no longer than the replicate.
	samples "$BATS_TEST_TMPDIR/latest" | awk '/"type":"cell"/ {
		match($0, /"duration_ns":[0-9]+/); own = substr($0, RSTART + 14, RLENGTH - 14)
		match($0, /"replicate":[0-9]+/); sum[substr($0, RSTART + 12, RLENGTH - 12)] += own; least = least && least < own ? least : own }
		/"type":"end"/ { match($0, /"duration_s":[0-9.]+/); all = 1e9 * substr($0, RSTART + 13, RLENGTH - 13) }
		END { exit !(least > 0 && sum[0] > 0 && sum[0] + sum[1] <= all) }' || fail_with "durations are not the cells own"
}

@test "in a round arms that are held against each other follow each other, fork in the middle" {
	"$FORKCOST" run --experiment 'spawn,tlb_refill,teardown' --heap 64K --replicates 2 --cell-time 40ms --cache warm \
		--state dirty --child-cpu same --counters none --no-plots --no-table --output "$BATS_TEST_TMPDIR" 3>&- 2>/dev/null
	visits "$BATS_TEST_TMPDIR/latest" | awk '
		{ split($3, name, "/"); group = name[1] "/" name[3] }
		name[1] == "tlb_refill" { group = name[1] "/" (name[4] ~ /^(warm|after_flush)$/ ? "pair" : name[4]) }
		name[1] == "teardown" { group = name[1] "/" substr(name[4], 1, 3) }
		{ round = $1 " " $2 " " name[1] }
		group == last && round == last_round { size++ }
		group != last || round != last_round {
			begun[round " " group]++
			if (begun[round " " group] > 1) { print "in two parts: " $0; bad = 1 }
			size = 1
		}
		name[1] == "spawn" { at[round " " group, $3] = size; most[round " " group] = size }
		{ last = group; last_round = round; groups[group] = 1 }
		END {
			for (key in at) { split(key, part, SUBSEP)
				if (part[2] !~ /^spawn\/fork\/(exit|exec)\/$/) continue
				forks++
				if (at[key] != int(most[part[1]] / 2) + 1) { print "fork is at " at[key] " of " most[part[1]]; bad = 1 }
			}
			exit bad || forks < 4 || !groups["tlb_refill/pair"] || !groups["teardown/exi"] || !groups["teardown/rea"]
		}' || fail_with "arms of a group are apart"
}

# fact RUN KEY: a number of the worker's, of all cells.
fact() {
	samples "$1" | awk -v key="\"$2\":" '/"type":"cell"/ {
		at = index($0, key)
		if (!at) { print "none"; exit 1 }
		sum += substr($0, at + length(key)) + 0
	}
	END { printf "%.0f\n", sum }'
}

@test "dear samples wait for a quiet moment, within a bound, cheap ones never; the checks say it" {
	local cell_ms latest=$BATS_TEST_TMPDIR/dear/latest
	local run=(--experiment spawn --primitive 'fork,vfork' --replicates 2 --cache warm
		--state dirty --child-cpu same --counters none --no-plots)
	# The core is crowded for 30 of each 60 ms.
	broken_worker harness/worker/witness.c 's/^\(static struct look look(void)\)$/static struct look real(void);\n\1\n{\n\tstruct look seen = real();\n\tseen.contention = clock_monotonic_raw_ns() \/ 30000000 % 2 ? 9 : fmin(seen.contention, 1);\n\treturn seen;\n}\nstatic struct look real(void)/'
	# A crowded machine gets to few samples in the same time, and a wait may be no more than a share of it.
	for cell_ms in 600 2400 9600; do
		"$place/build/forkcost" run "${run[@]}" --cell-time "${cell_ms}ms" --heap 64M --output "$BATS_TEST_TMPDIR/dear" \
			3>&- >"$BATS_TEST_TMPDIR/said" 2>/dev/null
		[ "$(fact "$latest" quiet_waits)" -eq 0 ] || break
	done
	[[ $(fact "$latest" quiet_waits) -gt 0 ]] || fail_with "it never waited"
	[[ $(($(fact "$latest" quiet_wait_ns) * 10)) -le $(fact "$latest" duration_ns) ]] || fail_with "it waited too long"
	grep -qE '^  before [0-9]+ long samples workers waited for a quiet moment, [0-9.]+ [mun]?s in all$' "$BATS_TEST_TMPDIR/said" ||
		fail_with "the checks do not say it" "$(cat "$BATS_TEST_TMPDIR/said")"
	"$place/build/forkcost" run "${run[@]}" --cell-time 600ms --heap 0 --output "$BATS_TEST_TMPDIR/cheap" 3>&- >/dev/null 2>&1
	latest=$BATS_TEST_TMPDIR/cheap/latest
	[[ $(fact "$latest" quiet_wait_ns) -lt $(($(fact "$latest" duration_ns) / 50)) ]] || fail_with "cheap samples waited"
}

@test "doctor watches the worker's CPU for two seconds, and names a competitor there" {
	local cpu busy
	cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
	taskset -c "$cpu" sh -c 'while :; do :; done' 3>&- &
	busy=$!
	run --separate-stderr "$FORKCOST" doctor
	kill "$busy"
	wait "$busy" || true
	local text=${output//$'\n'      / }
	[[ $text =~ note\ +quiet\ moments\ +CPU\ $cpu\ was\ undisturbed\ in\ [0-9]+\ %\ of\ [0-9]+\ moments\ of\ 2\ s ]] ||
		fail_with "it does not say how quiet the CPU is"
	[[ $text =~ note\ +same\ CPU\ +other\ processes\ had\ CPU\ $cpu\ for\ [0-9]+\ % ]] ||
		fail_with "it does not name the competitor"
}

@test "a competitor that has the worker's CPU for half of the time is told in every row" {
	# What it does to the times is for make self-check.
	run --separate-stderr sh "$ROOT/scripts/competitor" "$FORKCOST" 1
	[[ $status -le 1 && -z $stderr ]] || fail_with "it failed"
	[[ ${lines[0]} =~ ^ok\ +a\ competitor\ on\ CPU\ [0-9]+:\ ([0-9]+)\ of\ ([0-9]+)\ rows\ say\ so\;\ ([0-9]+)\ % ]] ||
		fail_with "rows are silent"
	[[ ${BASH_REMATCH[1]} -eq 50 && ${BASH_REMATCH[3]} -gt 0 ]] || fail_with "not all rows, or no sample disturbed"
	[[ ${lines[1]} =~ \ undisturbed\ samples\ move\ by\ [0-9.]+\ %\ in\ the\ median\ of\ 50\ rows ]] || fail_with "no moves"
}

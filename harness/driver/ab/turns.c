#include "harness/driver/ab/turns.h"

#include "harness/driver/base/interrupts.h"
#include "harness/driver/base/tool.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { STARTUP_MS = 60000, END_MS = 30000, FIXED_WORDS = 10 };

/* Thue's sequence: the parity of the number's bits (Thue 1906; Prouhet, Morse). */
unsigned turns_side(unsigned turn)
{
	return (unsigned)__builtin_popcount(turn) % 2;
}

const char *turns_path(const struct turns *turns, unsigned round, unsigned side,
		       char path[TURNS_PATH_MAX])
{
	snprintf(path, TURNS_PATH_MAX, "%s/%c-%u", turns->folder, "ab"[side], round + 1);
	return path;
}

/* A run that is told to end puts back what it has changed on the machine. */
static void ask_to_end(pid_t pid)
{
	const struct timespec pause = {.tv_nsec = 100000000};
	kill(-pid, SIGTERM);
	for (int waited_ms = 0; waited_ms < END_MS; waited_ms += 100) {
		siginfo_t ended = {.si_pid = 0};
		if (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		    ended.si_pid)
			return;
		nanosleep(&pause, NULL);
	}
}

/* One run; what it says last, if it fails, is why. */
static enum outcome take_one(const struct turns *turns, unsigned round, unsigned side,
			     struct problem *problem)
{
	static char folder[TURNS_PATH_MAX];
	char budget[32], said[512] = "it said nothing";
	const char *arguments[SIDE_WORDS_MAX + FIXED_WORDS] = {turns->forkcost[side], "run"};
	const struct side *of = turns->sides[side];
	size_t count = 2;
	for (size_t i = 0; i < of->option_count; i++)
		arguments[count++] = of->options[i];
	snprintf(budget, sizeof budget, "%" PRIu64 "ms", turns->run_ns / 1000000);
	const char *const rest[] = {"--budget",   budget,
				    "--output",   turns_path(turns, round, side, folder),
				    "--no-plots", "--no-table"};
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
		arguments[count++] = rest[i];
	struct tool program;
	int error = tool_start(&program, &(struct tool_how){.arguments = (char *const *)arguments,
							    .settings = of->settings,
							    .input = -1,
							    .file = -1});
	if (error)
		return fail(problem, "cannot start %s: %s; build it again with make all",
			    turns->forkcost[side], strerror(error));
	bool heard = tool_listen(&program, (int)(turns->run_ns / 1000000) + STARTUP_MS, said,
				 sizeof said);
	if (!heard)
		ask_to_end(program.pid);
	int status = tool_end(&program, !heard);
	if (interrupts_came())
		return fail(problem, "interrupted; the finished runs are in %s", turns->folder);
	if (!heard)
		return fail(problem,
			    "cannot wait any longer for run %u of side %c: it takes a minute more "
			    "than its budget; raise --budget or use smaller heaps",
			    round + 1, "AB"[side]);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return OUTCOME_OK;
	return fail(problem, "cannot make run %u of side %c: %s", round + 1, "AB"[side], said);
}

enum outcome turns_take(const struct turns *turns, struct problem *problem)
{
	for (unsigned turn = 0; turn < 2 * turns->rounds; turn++) {
		const unsigned side = turns_side(turn), round = turn / 2;
		if (turns->begins)
			turns->begins(round, side);
		if (take_one(turns, round, side, problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

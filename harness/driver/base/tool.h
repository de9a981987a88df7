/* Another program that does a part of the work, as gnuplot or perf: started without a shell and with next to no
 * environment, listened to within a time, ended with all that it started, and reaped. */
#ifndef FORKCOST_TOOL_H
#define FORKCOST_TOOL_H

#include "harness/common/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How to start it. */
struct tool_how {
	char *const *arguments; /* the first is its name, looked for in PATH */
	const char *home;       /* its HOME; NULL: / */
	const char *folder;     /* where it works, absolute; NULL: here */
	const char *const *
		settings; /* words of its environment, as NAME=VALUE; NULL: none, and behind the last */
	int input;        /* its standard input; -1: /dev/null */
	int file;         /* open in it as TOOL_FILE; -1: none */
	bool is_quiet; /* what it says on standard error goes nowhere */
};

enum { TOOL_FILE = 3, TOOL_SETTINGS_MAX = 128 };

struct tool {
	pid_t pid; /* also of its process group; 0: not running */
	int words; /* what it says, on standard output and error */
};

/* Returns 0, or the errno: ENOENT where it is not installed. */
int tool_start(struct tool *program, const struct tool_how *how);

/* A part of what it says, at most `most` bytes, as soon as there is one; until `end_ms` of tool_now_ms(). Returns
 * the number of bytes; 0: it says no more; -1: it was too late, or there was an interrupt. */
ssize_t tool_hear(const struct tool *program, char *text, size_t most, long long end_ms);

/* Collects what it says until it ends that; the last line that is not empty stays in `said`. False if it takes longer
 * than it may, however much it says, or there was an interrupt. */
bool tool_listen(const struct tool *program, int timeout_ms, char *said, size_t said_bytes);

long long tool_now_ms(void);

/* Reaps it, killed or not, with all of its group, and returns its wait status. Safe to call twice. */
int tool_end(struct tool *program, bool kill_it);

#endif

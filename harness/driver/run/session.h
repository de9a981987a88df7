/* One worker process: its shared memory, its start, its watch and its end. */
#ifndef FORKCOST_SESSION_H
#define FORKCOST_SESSION_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/machine/orphans.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct session {
	struct wire_area *area;
	size_t area_bytes;
	int memory_fd;
	int evict_fd;          /* the eviction buffer, for a worker that has cold cells; -1: none */
	enum wire_mode mode;   /* that the worker was started for */
	pid_t worker;          /* also the id of its process group; 0: not running */
	bool is_given;         /* it execs a program that the user named */
	struct orphans others; /* children of ours beside it, in that case */
	bool lacks_pages;      /* it failed because pages of this kind cannot be had */
};

/* Called about ten times a second while a worker runs; returning false ends the worker. */
typedef bool session_look(void *context, const struct wire_answer *answer);

/* Makes the shared memory, with room for so many samples, all of it populated. */
enum outcome session_open(struct session *session, uint64_t sample_capacity,
			  struct problem *problem);

/* Starts the worker on the request in the area. `seed` shuffles the size of its environment
 * (METHODOLOGY, "Statistics"). */
enum outcome session_start(struct session *session, uint64_t seed, struct problem *problem);

/* Waits until the worker is gone and checks what it left. Fails if it reported a problem, was
 * killed, made no progress for `standstill_s` seconds, or `look` said to end it. Samples of cells
 * that were done stay valid all the same as long as *trustworthy comes back true. */
enum outcome session_wait(struct session *session, unsigned standstill_s, session_look *look,
			  void *context, bool *trustworthy, struct problem *problem);

/* Asks a worker what it has compiled in, and has it calibrate the clock, which takes most of 0.15 s. */
enum outcome catalog_read(struct wire_catalog *catalog, struct problem *problem);

/* On the monotonic clock. */
double session_seconds(void);

/* Kills and reaps what is left, frees the memory. Safe to call twice. */
void session_close(struct session *session);

#endif

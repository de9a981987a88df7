/* What was recorded about the worker while it took a cell's samples. Runs made before that was recorded have
 * none of it. */
#ifndef FORKCOST_WORKER_FACTS_H
#define FORKCOST_WORKER_FACTS_H

#include <jansson.h>

/* Of one cell of one replicate; NAN: not recorded. Times in ns. */
struct worker_facts {
	double duration_ns, wait_ns, cpu_ns, idle_ns, steal_ns, cpus;
	double involuntary_switches, migrations, open_files;
};

/* From the object `worker` of a cell line; what is missing, or no number from 0 up, is not recorded. */
struct worker_facts worker_facts_read(const json_t *worker);

#endif

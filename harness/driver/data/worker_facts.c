#include "harness/driver/data/worker_facts.h"

#include "harness/driver/base/fields.h"

#include <math.h>

static double number(const json_t *worker, const char *key)
{
	double read;
	return fields_number(json_object_get(worker, key), &read) ? read : NAN;
}

struct worker_facts worker_facts_read(const json_t *worker)
{
	return (struct worker_facts){
		.duration_ns = number(worker, "duration_ns"),
		.wait_ns = number(worker, "wait_ns"),
		.cpu_ns = number(worker, "cpu_ns"),
		.idle_ns = number(worker, "idle_ns"),
		.steal_ns = number(worker, "steal_ns"),
		.cpus = number(worker, "cpus_allowed"),
		.involuntary_switches = number(worker, "involuntary_switches"),
		.migrations = number(worker, "migrations"),
		.open_files = number(worker, "open_files"),
	};
}

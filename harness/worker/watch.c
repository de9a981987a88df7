#include "harness/worker/watch.h"

#include "harness/worker/cpu_use.h"

void watch_take(const struct run *run, struct wire_area *area, struct arena *arena)
{
	static const uint64_t LOOK_NS = 250000;
	struct wire_answer *answer = &area->answer;
	struct wire_cell_facts before, after;
	cpu_use_read(&before, arena->proc_text, sizeof arena->proc_text);
	uint64_t began_ns = clock_monotonic_raw_ns(), now_ns = began_ns;
	while (now_ns - began_ns < run->request->cell_ns &&
	       answer->sample_count < area->header.sample_capacity) {
		struct wire_sample *sample = &area->samples[answer->sample_count];
		struct witness witness;
		witness_begin(&witness);
		for (uint64_t from_ns = now_ns; now_ns - from_ns < LOOK_NS;)
			now_ns = clock_monotonic_raw_ns();
		witness_end(&witness, sample);
		sample_set(sample, 0, witness_step_ns());
		sample->at_ns = now_ns - began_ns;
		answer->sample_count++;
		__atomic_add_fetch(&answer->progress, 1, __ATOMIC_RELEASE);
	}
	cpu_use_read(&after, arena->proc_text, sizeof arena->proc_text);
	cpu_use_report(&before, &after, 1, &answer->cells[0]);
}

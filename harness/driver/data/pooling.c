#include "harness/driver/data/pooling.h"

#include "harness/driver/data/dataset_reader.h"

#include <stdlib.h>
#include <string.h>

/* Fills a column with that of a block and, after it, that of its control, where there are such. */
static void join(void *joined, size_t bytes, const struct block *block, const void *column,
		 const struct block *control, const void *other)
{
	if (!joined || !column || !other)
		return;
	memcpy(joined, column, block->count * bytes);
	memcpy((char *)joined + block->count * bytes, other, control->count * bytes);
}

static bool append(struct dataset *dataset, struct block *block, const struct block *control)
{
	const size_t count = block->count + control->count, number = sizeof(double);
	struct columns *columns = dataset_columns(
		dataset, count, block->window_ns && control->window_ns,
		block->contention && control->contention, block->step_ns && control->step_ns);
	double *values = malloc(count * number);
	if (!columns || !values) {
		free(values);
		return false;
	}
	join(values, number, block, block->values, control, control->values);
	join(columns->at_us, number, block, block->at_us, control, control->at_us);
	join(columns->window_ns, number, block, block->window_ns, control, control->window_ns);
	join(columns->contention, number, block, block->contention, control, control->contention);
	join(columns->off_cpu_ns, number, block, block->off_cpu_ns, control, control->off_cpu_ns);
	join(columns->step_ns, number, block, block->step_ns, control, control->step_ns);
	join(columns->rounds, sizeof(unsigned), block, block->rounds, control, control->rounds);
	join(columns->places, sizeof(unsigned), block, block->places, control, control->places);
	free(block->values);
	block->values = values;
	block->at_us = columns->at_us;
	block->window_ns = columns->window_ns;
	block->contention = columns->contention;
	block->off_cpu_ns = columns->off_cpu_ns;
	block->step_ns = columns->step_ns;
	block->rounds = columns->rounds;
	block->places = columns->places;
	block->count = count;
	block->control_count = control->count;
	return true;
}

enum outcome pooling_make(struct dataset *dataset, struct problem *problem)
{
	for (size_t i = 0; i < dataset->series_count; i++) {
		const struct series *control = &dataset->series[i];
		struct series key = *control;
		key.aa_control = false;
		struct series *arm =
			control->aa_control ? dataset_find(dataset, &key, key.metric) : NULL;
		for (size_t b = 0; arm && b < arm->block_count; b++) {
			struct block *block = &arm->blocks[b];
			const struct block *found = series_block(control, block->replicate);
			if (found && !append(dataset, block, found))
				return fail(problem, "cannot pool A/A controls with their arms: "
						     "out of memory; free some");
		}
	}
	return OUTCOME_OK;
}

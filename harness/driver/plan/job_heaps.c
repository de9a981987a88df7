#include "harness/driver/plan/job_heaps.h"

#include "harness/common/units.h"

const char *jobs_name_heaps(const uint64_t *heap_bytes, size_t count, char text[NOTE_BYTES])
{
	char heap[UNITS_TEXT_MAX];
	*text = '\0';
	for (size_t i = 0; i < count; i++)
		notes_append(text, NOTE_BYTES, "%s%s", i ? ", " : "",
			     units_format_bytes(heap_bytes[i], heap));
	return text;
}

void jobs_note_expensive(const struct jobs *jobs, const char *what, uint64_t largest_bytes,
			 const char *option)
{
	char heaps[NOTE_BYTES];
	size_t from = 0;
	while (from < jobs->heaps.count && jobs->heaps.level[from] <= largest_bytes)
		from++;
	if (from < jobs->heaps.count)
		notes_add(
			&jobs->plan->left_out, "%s of %s at %s: expensive; ask for them with %s",
			what, jobs->experiment->name,
			jobs_name_heaps(jobs->heaps.level + from, jobs->heaps.count - from, heaps),
			option);
}

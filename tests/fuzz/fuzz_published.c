/* Points that others have published, from any file: each is within its range, or the file is refused with a remedy. */
#include "harness/driver/show/published.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct published published;
	struct problem problem = {""};
	if (published_parse(&published, (const char *)data, size, "points", &problem)) {
		FUZZ_HOLDS(strncmp(problem.text, "cannot ", strlen("cannot ")) == 0 &&
			   strstr(problem.text, "; "));
		return 0;
	}
	FUZZ_HOLDS(published.count <= PUBLISHED_MAX);
	unsigned most = 0;
	for (size_t i = 0; i < published.count; i++) {
		const struct published_point *point = &published.points[i];
		FUZZ_HOLDS(*point->primitive &&
			   strnlen(point->primitive, WIRE_NAME_MAX) < WIRE_NAME_MAX);
		FUZZ_HOLDS(strnlen(point->source, PUBLISHED_NAME_MAX) < PUBLISHED_NAME_MAX);
		FUZZ_HOLDS(strnlen(point->year, sizeof point->year) <= 4);
		FUZZ_HOLDS(point->latency_ns > 0 && point->latency_ns <= 1e15);
		FUZZ_HOLDS(point->heap_bytes <= 1ull << 50 && point->scope <= PUBLISHED_OTHER);
		/* Numbers have no gap. */
		FUZZ_HOLDS(point->number >= 1 && point->number <= most + 1);
		most = point->number > most ? point->number : most;
	}
	return 0;
}

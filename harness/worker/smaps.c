#include "harness/worker/smaps.h"

#include "harness/common/textfile.h"

#include <stdlib.h>

static void take_line(const char *line, void *context)
{
	static const char *const keys[] = {"Rss",           "AnonHugePages",   "ShmemPmdMapped",
					   "FilePmdMapped", "Private_Hugetlb", "Anonymous"};
	struct smaps *sums = context;
	uint64_t *const into[] = {&sums->rss_bytes,  &sums->huge_bytes,    &sums->huge_bytes,
				  &sums->huge_bytes, &sums->hugetlb_bytes, &sums->anonymous_bytes};
	char *end;
	if (*line < 'A' || *line > 'Z') { /* "7f0000000000-7f0000200000 rw-p ..." */
		uintptr_t from = strtoull(line, &end, 16);
		sums->inside = *end == '-' && from >= sums->from && from < sums->behind;
		sums->mappings += sums->inside;
		return;
	}
	for (size_t i = 0; sums->inside && i < sizeof keys / sizeof *keys; i++) {
		uint64_t bytes = textfile_number(line, keys[i], 10);
		*into[i] += bytes == UINT64_MAX ? 0 : bytes;
	}
}

bool smaps_read(const char *from, size_t bytes, char *text, size_t text_bytes, struct smaps *sums)
{
	*sums = (struct smaps){.from = (uintptr_t)from, .behind = (uintptr_t)from + bytes};
	return textfile_lines("/proc/self/smaps", text, text_bytes, take_line, sums) &&
	       sums->mappings > 0;
}

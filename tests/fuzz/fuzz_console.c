/* The log of a console, whoever wrote it: what is taken out of it is bounded, and is not longer than the log. */
#include "harness/driver/kernels/console.h"
#include "harness/driver/kernels/sent.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problem problem;
	char *bytes;
	size_t count;
	FILE *log = size ? fmemopen((void *)data, size, "r") : NULL;
	if (!log)
		return 0;
	if (!console_read(log, &bytes, &count, &problem)) {
		FUZZ_HOLDS(count <= SENT_BYTES_MAX);
		FUZZ_HOLDS(count < size);
		free(bytes);
	}
	fclose(log);
	return 0;
}

/* What a fuzzer is: tests/fuzz/fuzz_NAME.c defines LLVMFuzzerTestOneInput(), and
 * tests/fuzz/corpus/NAME/ holds inputs to begin with. It is linked with all of the driver but main(). */
#ifndef FORKCOST_TESTS_FUZZ_H
#define FORKCOST_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Takes one input; returns 0. What must not be ends in a sanitizer's report or in FUZZ_HOLDS(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the fuzzer, with the input kept, where a statement does not hold. */
#define FUZZ_HOLDS(statement)                                                             \
	do {                                                                              \
		if (!(statement)) {                                                       \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, \
				#statement);                                              \
			abort();                                                          \
		}                                                                         \
	} while (0)

#endif

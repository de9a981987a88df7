/* Feeds each file named on the command line to a fuzzer's function, without libFuzzer: what a fuzzer
 * has found once stays fixed, whatever the compiler. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

static int replay(const char *path)
{
	static uint8_t input[1 << 20];
	FILE *file = fopen(path, "re");
	if (!file) {
		fprintf(stderr, "replay: cannot read %s; give files of a corpus\n", path);
		return 1;
	}
	size_t size = fread(input, 1, sizeof input, file);
	fclose(file);
	/* A copy of just its size, so that a sanitizer sees every step beyond it. */
	uint8_t *exact = malloc(size ? size : 1);
	if (!exact)
		return 1;
	memcpy(exact, input, size);
	/* For the log: the last one named is the one that ended the program. */
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]))
			return 1;
	return argc > 1 ? 0 : 1;
}

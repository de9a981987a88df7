/* Feeds each file named on the command line to a fuzzer's function, without libFuzzer: what a fuzzer
 * has found once stays mended, whatever the compiler. */
#include "tests/fuzz/fuzz.h"

static int replay(const char *path)
{
	enum { INPUT_MAX = 1 << 20 };
	FILE *file = fopen(path, "re");
	uint8_t *data = malloc(INPUT_MAX);
	if (!file || !data) {
		fprintf(stderr, "replay: cannot read %s; give files of a corpus\n", path);
		return 1;
	}
	/* A copy of just its size, so that a sanitizer sees every step beyond it. */
	size_t size = fread(data, 1, INPUT_MAX, file);
	uint8_t *exact = realloc(data, size ? size : 1);
	fclose(file);
	/* For the log: the last one named is the one that ended the program. */
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(exact ? exact : data, size);
	free(exact ? exact : data);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]))
			return 1;
	return argc > 1 ? 0 : 1;
}

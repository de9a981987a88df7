/* Options of every command, and the sizes, ranges, times, shares and names in them: whatever is typed,
 * it is either refused with a remedy, or what comes out is within its documented range. The input is
 * the command line, its words parted by a zero byte. */
#include "harness/common/units.h"
#include "harness/driver/settings.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <string.h>

enum { WORDS_MAX = 32 };

/* A catalogue as the worker gives it, small. */
static const struct wire_catalog *catalog(void)
{
	static struct wire_catalog made;
	made.primitive_count = 3;
	wire_copy(made.primitives[0].name, WIRE_NAME_MAX, "fork");
	wire_copy(made.primitives[1].name, WIRE_NAME_MAX, "vfork");
	wire_copy(made.primitives[2].name, WIRE_NAME_MAX, "posix_spawn");
	made.experiment_count = 2;
	wire_copy(made.experiments[0].name, WIRE_NAME_MAX, "spawn");
	wire_copy(made.experiments[1].name, WIRE_NAME_MAX, "first_write");
	return &made;
}

/* One line, printable, with something to do. */
static void check_problem(const struct problem *problem)
{
	FUZZ_HOLDS(memchr(problem->text, '\0', sizeof problem->text));
	FUZZ_HOLDS(strncmp(problem->text, "cannot ", strlen("cannot ")) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[4096];
	char *words[WORDS_MAX + 1];
	int count = 0;
	struct settings settings;
	struct problem problem = {""};
	bool help;
	if (size >= sizeof text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *word = text; count < WORDS_MAX && word <= text + size; word += strlen(word) + 1)
		words[count++] = word;
	words[count] = NULL;
	if (settings_parse(&settings, count, words, catalog(), &help, &problem))
		check_problem(&problem);
	return 0;
}

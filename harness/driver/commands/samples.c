#include "harness/driver/commands/samples.h"

#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/infile.h"
#include "harness/driver/data/samples.h"

#include <unistd.h>

enum outcome samples_print(const char *folder, struct problem *problem)
{
	struct samples samples;
	const char *text;
	size_t length;
	int fd = infile_folder(folder, problem);
	if (fd < 0)
		return OUTCOME_FAILED;
	enum outcome outcome = samples_open(&samples, fd, folder, problem);
	close(fd);
	if (outcome)
		return outcome;
	while (!(outcome = samples_next(&samples, &text, &length, problem)) && text &&
	       !ferror(stdout))
		json_put_line(stdout, text, length);
	if (!outcome && *samples.warning)
		print_to(stderr, "forkcost: warning: %s\n", samples.warning);
	samples_close(&samples);
	return outcome;
}

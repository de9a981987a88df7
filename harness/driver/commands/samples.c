/* forkcost samples: the raw samples of a run, whether they are compressed or not. */
#include "harness/driver/data/samples.h"
#include "harness/driver/base/forms/json.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/infile.h"
#include "harness/driver/commands/present.h"

#include <unistd.h>

static enum outcome print_lines(struct samples *samples, struct problem *problem)
{
	const char *text;
	size_t length;
	while (!ferror(stdout)) {
		if (samples_next(samples, &text, &length, problem))
			return OUTCOME_FAILED;
		if (!text && samples->line == 1)
			return fail(problem,
				    "cannot read %s/%s: it is cut off within its first line; copy "
				    "it again, or give another run",
				    samples->folder, samples->name);
		if (!text)
			return OUTCOME_OK;
		json_t *line = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
		bool is_object = json_is_object(line);
		json_decref(line);
		if (!is_object)
			return samples_malformed(samples, "it is not a JSON object", problem);
		json_put_line(stdout, text, length);
	}
	return OUTCOME_OK;
}

static enum status run(const struct given *given)
{
	struct problem problem;
	struct samples samples;
	if (present_find(given->operand, &problem))
		return complain(&problem, STATUS_USAGE);
	int fd = infile_folder(given->operand, &problem);
	if (fd < 0)
		return complain(&problem, STATUS_FAILED);
	enum outcome outcome = samples_open(&samples, fd, given->operand, &problem);
	close(fd);
	if (outcome)
		return complain(&problem, STATUS_FAILED);
	outcome = print_lines(&samples, &problem);
	if (!outcome && *samples.warning)
		print_to(stderr, "forkcost: warning: %s\n", samples.warning);
	samples_close(&samples);
	return outcome ? complain(&problem, STATUS_FAILED) : STATUS_DONE;
}

COMMAND(samples, .summary = "print a run's raw samples, one JSON object on each line",
	.options = {.text = "Prints all raw samples of a run, one JSON object on each line.",
		    OPERAND_RUN},
	.run = run);

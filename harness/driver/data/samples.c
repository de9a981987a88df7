#include "harness/driver/data/samples.h"

#include "harness/driver/base/infile.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static bool is_there(int folder, const char *name)
{
	struct stat facts;
	return fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0;
}

void samples_of(struct samples *samples, FILE *file, const char *folder_name, const char *name)
{
	*samples = (struct samples){.lines.file = file, .folder = folder_name, .name = name};
}

enum outcome samples_open(struct samples *samples, int folder, const char *folder_name,
			  struct problem *problem)
{
	bool plain = is_there(folder, SAMPLES_PLAIN), packed = is_there(folder, SAMPLES_PACKED);
	const char *name = plain && !packed ? SAMPLES_PLAIN : SAMPLES_PACKED;
	FILE *file = infile_open(folder, folder_name, name, problem);
	if (!file)
		return OUTCOME_FAILED;
	samples_of(samples, file, folder_name, name);
	if (plain && packed)
		snprintf(samples->warning, sizeof samples->warning,
			 "%s has " SAMPLES_PACKED ", which is read, and " SAMPLES_PLAIN
			 ", which is not: move one away",
			 folder_name);
	return OUTCOME_OK;
}

enum outcome samples_malformed(const struct samples *samples, const char *what,
			       struct problem *problem)
{
	return fail(problem,
		    "cannot read %s/%s, line %zu: %s; was it edited? see docs/RESULTS-FORMAT.md",
		    samples->folder, samples->name, samples->line, what);
}

/* The end, or what is wrong. */
static enum outcome finish(struct samples *samples, enum lines_got got, struct problem *problem)
{
	switch (got) {
	case LINES_END:
		return OUTCOME_OK;
	case LINES_TORN:
		snprintf(samples->warning, sizeof samples->warning,
			 "the last line of %s/%s was cut off and is dropped", samples->folder,
			 samples->name);
		return OUTCOME_OK;
	case LINES_CUT:
		snprintf(samples->warning, sizeof samples->warning,
			 "%s/%s was cut off after line %zu: the run was killed, or goes on",
			 samples->folder, samples->name, samples->line - 1);
		return OUTCOME_OK;
	case LINES_TOO_LONG:
		return samples_malformed(samples, "it is longer than 64 MiB", problem);
	case LINES_DAMAGED:
		return samples_malformed(samples, samples->lines.why, problem);
	default:
		return fail(problem,
			    "cannot read %s/%s, line %zu: %s; free some memory, or see whether "
			    "the disk is sound",
			    samples->folder, samples->name, samples->line, samples->lines.why);
	}
}

enum outcome samples_next(struct samples *samples, const char **text, size_t *length,
			  struct problem *problem)
{
	enum lines_got got = lines_next(&samples->lines, text, length);
	samples->line++;
	if (got == LINES_WHOLE)
		return OUTCOME_OK;
	*text = NULL;
	return finish(samples, got, problem);
}

void samples_close(struct samples *samples)
{
	fclose(samples->lines.file);
	lines_free(&samples->lines);
}

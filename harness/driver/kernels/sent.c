#include "harness/driver/kernels/sent.h"

#include "harness/common/units.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { LINE_MAX_BYTES = 128 };

struct reader {
	const char *at, *end;
	struct problem *problem;
};

static enum outcome malformed(const struct reader *reader, const char *what)
{
	return fail(reader->problem,
		    "cannot read what the machine sent: %s; boot it with more words for its "
		    "kernel, as loglevel=7",
		    what);
}

/* The next line without its end; false if there is none within its length. */
static bool next_line(struct reader *reader, char line[LINE_MAX_BYTES])
{
	const size_t left = (size_t)(reader->end - reader->at);
	const char *end =
		memchr(reader->at, '\n', left < LINE_MAX_BYTES ? left : (size_t)LINE_MAX_BYTES);
	if (!end || memchr(reader->at, '\0', (size_t)(end - reader->at)))
		return false;
	memcpy(line, reader->at, (size_t)(end - reader->at));
	line[end - reader->at] = '\0';
	reader->at = end + 1;
	return true;
}

/* The word behind a beginning; NULL if the line begins otherwise. */
static const char *behind(const char *line, const char *beginning)
{
	const size_t length = strlen(beginning);
	return strncmp(line, beginning, length) == 0 ? line + length : NULL;
}

/* "file NAME BYTES" and the bytes. */
static enum outcome take_file(struct reader *reader, struct sent *sent, const char *words)
{
	for (size_t i = 0; i < SENT_FILES; i++) {
		struct sent_file *file = &sent->files[i];
		const char *size = behind(words, file->name);
		struct problem unread;
		uint64_t count;
		if (!size || *size != ' ')
			continue;
		if (file->bytes)
			return malformed(reader, "a file twice");
		if (units_parse_count(size + 1, 1, SENT_BYTES_MAX, &count, &unread) ||
		    count > (uint64_t)(reader->end - reader->at))
			return malformed(reader, "a file that is empty, too large or cut off");
		file->bytes = reader->at;
		file->count = (size_t)count;
		reader->at += count;
		return OUTCOME_OK;
	}
	return malformed(reader, "a file that was not asked for");
}

static enum outcome take_status(const struct reader *reader, struct sent *sent, const char *word)
{
	struct problem unread;
	uint64_t status;
	/* -1 is what it says of a command that it could not start. */
	if (!word || units_parse_count(word, 0, UINT16_MAX, &status, &unread))
		return malformed(reader, "no exit status");
	sent->status = (int)status;
	return OUTCOME_OK;
}

enum outcome sent_check(const struct sent *sent, struct problem *problem)
{
	if (WIFEXITED(sent->status) && WEXITSTATUS(sent->status) == 0)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot take the run for whole: forkcost run %s %d in that machine; see its "
		    "console",
		    WIFSIGNALED(sent->status) ? "was killed by signal" : "ended with status",
		    WIFSIGNALED(sent->status) ? WTERMSIG(sent->status) : WEXITSTATUS(sent->status));
}

enum outcome sent_read(struct sent *sent, const char *bytes, size_t count, struct problem *problem)
{
	struct reader reader = {bytes, bytes + count, problem};
	char line[LINE_MAX_BYTES];
	const char *words;
	*sent = (struct sent){.files = {[SENT_ENVIRONMENT] = {.name = "environment.json"},
					[SENT_SAMPLES] = {.name = "samples.jsonl.zst"}}};
	if (count == 0)
		return malformed(&reader, "nothing");
	if (!next_line(&reader, line) || strcmp(line, "forkcost-guest 1") != 0)
		return malformed(&reader, "another beginning");
	if (take_status(&reader, sent, next_line(&reader, line) ? behind(line, "status ") : NULL))
		return OUTCOME_FAILED;
	while (next_line(&reader, line) && (words = behind(line, "file ")))
		if (take_file(&reader, sent, words))
			return OUTCOME_FAILED;
	if (strcmp(line, "end") != 0 || reader.at != reader.end)
		return malformed(&reader, "no end, or words behind it");
	for (size_t i = 0; i < SENT_FILES; i++)
		if (!sent->files[i].bytes)
			return sent_check(sent, problem) ? OUTCOME_FAILED
							 : malformed(&reader, "a file is missing");
	return OUTCOME_OK;
}

#include "harness/driver/base/lines.h"

#include "harness/driver/base/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16 };

/* Room for more behind what is not yet taken. */
static bool make_room(struct lines *lines)
{
	size_t kept = lines->end - lines->begin;
	if (lines->buffer && lines->begin)
		memmove(lines->buffer, lines->buffer + lines->begin, kept);
	lines->begin = 0;
	lines->end = kept;
	if (lines->capacity - kept >= CHUNK)
		return true;
	size_t wider = lines->capacity ? 2 * lines->capacity : 2ul * CHUNK;
	char *grown = realloc(lines->buffer, wider);
	if (!grown)
		return false;
	lines->buffer = grown;
	lines->capacity = wider;
	return true;
}

static enum lines_got read_more(struct lines *lines)
{
	if (!lines->unpack)
		lines->unpack = unpack_open(lines->file);
	if (!lines->unpack || !make_room(lines)) {
		lines->why = "out of memory";
		return LINES_ERROR;
	}
	size_t wanted = lines->capacity - lines->end;
	size_t got = unpack_read(lines->unpack, lines->buffer + lines->end, wanted, &lines->why);
	lines->end += got;
	if (lines->why)
		return errno ? LINES_ERROR : LINES_DAMAGED;
	lines->at_end = got < wanted;
	return LINES_WHOLE;
}

enum lines_got lines_next(struct lines *lines, const char **text, size_t *length)
{
	size_t looked_at = 0;
	enum lines_got got = lines->buffer ? LINES_WHOLE : read_more(lines);
	for (; got == LINES_WHOLE; got = read_more(lines)) {
		size_t left = lines->end - lines->begin;
		const char *from = lines->buffer + lines->begin, *end = NULL;
		if (left > looked_at)
			end = memchr(from + looked_at, '\n', left - looked_at);
		looked_at = left;
		*text = from;
		*length = end ? (size_t)(end - from) : left;
		if (*length > LINES_BYTES_MAX)
			return LINES_TOO_LONG;
		if (end || lines->at_end)
			lines->begin += *length + (end != NULL);
		if (end)
			return LINES_WHOLE;
		if (lines->at_end && left)
			return LINES_TORN;
		if (lines->at_end)
			return unpack_is_cut(lines->unpack) ? LINES_CUT : LINES_END;
	}
	return got;
}

void lines_free(struct lines *lines)
{
	unpack_free(lines->unpack);
	free(lines->buffer);
	*lines = (struct lines){0};
}

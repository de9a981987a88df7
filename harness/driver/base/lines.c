#include "harness/driver/base/lines.h"

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

static bool read_more(struct lines *lines)
{
	if (!make_room(lines))
		return false;
	size_t wanted = lines->capacity - lines->end;
	errno = 0;
	size_t got = fread(lines->buffer + lines->end, 1, wanted, lines->file);
	lines->end += got;
	if (ferror(lines->file)) {
		errno = errno ? errno : EIO;
		return false;
	}
	lines->at_end = got < wanted;
	return true;
}

enum lines_got lines_next(struct lines *lines, const char **text, size_t *length)
{
	size_t looked_at = 0;
	if (!lines->buffer && !read_more(lines))
		return LINES_ERROR;
	for (;;) {
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
		if (lines->at_end)
			return left ? LINES_TORN : LINES_END;
		if (!read_more(lines))
			return LINES_ERROR;
	}
}

void lines_free(struct lines *lines)
{
	free(lines->buffer);
	*lines = (struct lines){0};
}

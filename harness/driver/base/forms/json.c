#include "harness/driver/base/forms/json.h"

#include "harness/driver/base/forms/characters.h"

#include <stdlib.h>
#include <string.h>

/* A control character as JSON has it; those of ASCII below U+007F jansson writes so itself. */
static void put_escaped(FILE *file, const char *character, size_t length)
{
	const unsigned char *c = (const unsigned char *)character;
	unsigned code = c[0];
	if (length == 2)
		code = (c[0] & 0x1fu) << 6 | (c[1] & 0x3fu);
	else if (length == 3)
		code = (c[0] & 0x0fu) << 12 | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu);
	fprintf(file, "\\u%04x", code);
}

/* jansson's output, piece by piece; it never parts a character. */
static int put(const char *text, size_t bytes, void *file)
{
	for (size_t at = 0, length; at < bytes; at += length) {
		char next[5] = "";
		bool plain;
		memcpy(next, text + at, bytes - at < 4 ? bytes - at : 4);
		length = characters_next(next, &plain);
		if (plain || *next == '\n')
			fwrite(next, 1, length, file);
		else
			put_escaped(file, next, length);
	}
	return 0;
}

bool json_put(FILE *file, const json_t *value, size_t flags)
{
	if (!value || json_dump_callback(value, put, file, flags) < 0)
		return false;
	putc('\n', file);
	return true;
}

void json_put_line(FILE *file, const char *text, size_t bytes)
{
	put(text, bytes, file);
	putc('\n', file);
}

json_t *json_text(const char *text)
{
	json_t *string = json_string(text);
	char *shown = NULL;
	size_t length;
	FILE *file = string ? NULL : open_memstream(&shown, &length);
	if (!file)
		return string;
	characters_put(file, text, characters_no_escapes);
	if (fclose(file) == 0)
		string = json_string(shown);
	free(shown);
	return string;
}

json_t *json_known_or(uint64_t value, uint64_t unknown, const char *why)
{
	return value == unknown ? json_string(why) : json_integer((json_int_t)value);
}

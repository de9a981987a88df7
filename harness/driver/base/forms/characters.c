#include "harness/driver/base/forms/characters.h"

#include <stdint.h>

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x2028 || code == 0x2029 ||
	       code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

size_t characters_next(const char *text, bool *plain)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)*text;
	size_t length = first < 0x80           ? 1
			: (first >> 5) == 0x06 ? 2
			: (first >> 4) == 0x0e ? 3
			: (first >> 3) == 0x1e ? 4
					       : 0;
	uint32_t code = length < 2 ? first : first & (0x7fu >> length);
	*plain = false;
	if (length == 0)
		return 1;
	for (size_t i = 1; i < length; i++) {
		unsigned char next = (unsigned char)text[i];
		if ((next & 0xc0) != 0x80)
			return 1;
		code = code << 6 | (next & 0x3f);
	}
	if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 1;
	*plain = !is_control(code);
	return length;
}

const char *characters_shown(const char *bytes, size_t count, char *shown)
{
	for (size_t i = 0; i < count; i++)
		snprintf(shown + 4 * i, 5, "\\x%02x", (unsigned char)bytes[i]);
	return shown;
}

const struct characters_escape characters_no_escapes[] = {{'\0', NULL}};

size_t characters_put_next(FILE *file, const char *text, const struct characters_escape *escapes)
{
	char shown[CHARACTERS_SHOWN_MAX];
	bool plain;
	size_t length = characters_next(text, &plain);
	const struct characters_escape *escape = escapes;
	while (escape->is && !(plain && escape->is == *text))
		escape++;
	if (plain && !escape->is)
		fwrite(text, 1, length, file);
	else if (escape->as)
		fputs(escape->as, file);
	else
		characters_put(file, characters_shown(text, length, shown), escapes);
	return length;
}

void characters_put(FILE *file, const char *text, const struct characters_escape *escapes)
{
	while (*text)
		text += characters_put_next(file, text, escapes);
}

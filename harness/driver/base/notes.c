#include "harness/driver/base/notes.h"

#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/wrapped.h"

#include <stdarg.h>
#include <string.h>

void notes_add(struct notes *notes, const char *format, ...)
{
	if (notes->count == NOTES_MAX) {
		notes->more++;
		return;
	}
	va_list args;
	va_start(args, format);
	vsnprintf(notes->text[notes->count], NOTE_BYTES, format, args);
	va_end(args);
	for (size_t i = 0; i < notes->count; i++)
		if (strcmp(notes->text[i], notes->text[notes->count]) == 0)
			return;
	notes->count++;
}

void notes_append(char *text, size_t bytes, const char *format, ...)
{
	size_t length = strlen(text);
	va_list args;
	va_start(args, format);
	vsnprintf(text + length, bytes - length, format, args);
	va_end(args);
}

const char *notes_fill(char *text, size_t bytes, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(text, bytes, format, args);
	va_end(args);
	return text;
}

void notes_print(FILE *out, const char *lead, const struct notes *notes)
{
	char line[NOTE_BYTES + 64];
	for (size_t i = 0; i < notes->count; i++) {
		snprintf(line, sizeof line, "%s%s", lead, notes->text[i]);
		wrapped_print(out, line, 0, 2);
	}
	if (notes->more)
		print_to(out, "%sand %zu more\n", lead, notes->more);
}

json_t *notes_to_json(const struct notes *notes)
{
	json_t *array = json_array();
	for (size_t i = 0; i < notes->count; i++)
		json_array_append_new(array, json_string(notes->text[i]));
	return array;
}

void notes_make_plain(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

void notes_from_json(struct notes *notes, const json_t *array)
{
	size_t i;
	const json_t *item;
	*notes = (struct notes){0};
	json_array_foreach(array, i, item)
	{
		char plain[NOTE_BYTES];
		const char *text = json_string_value(item);
		if (!text)
			continue;
		snprintf(plain, sizeof plain, "%s", text);
		notes_make_plain(plain);
		notes_add(notes, "%s", plain);
	}
}

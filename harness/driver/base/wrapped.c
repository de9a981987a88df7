#include "harness/driver/base/wrapped.h"

#include "harness/driver/base/forms/terminal.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

int wrapped_columns(FILE *file)
{
	struct winsize size;
	if (ioctl(fileno(file), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return WRAPPED_WIDTH;
	if (size.ws_col > WRAPPED_WIDTH_MAX)
		return WRAPPED_WIDTH_MAX;
	return size.ws_col < WRAPPED_WIDTH_MIN ? WRAPPED_WIDTH_MIN : size.ws_col;
}

/* How much of a longer line goes into `room` columns, where the next has `next_room`. */
static size_t cut(const char *line, size_t room, size_t next_room)
{
	size_t blank = room;
	while (blank > 0 && line[blank] != ' ')
		blank--;
	size_t word = blank + strspn(line + blank, " "), length = strcspn(line + word, " ");
	for (size_t at = room; at > word && length > next_room; at--)
		if (line[at - 1] == ':')
			return at;
	return blank ? blank : length;
}

void wrapped_print(FILE *file, const char *text, int first, int indent)
{
	const int width = wrapped_columns(file);
	const char *line = text;
	for (int at = first; *line; at = indent) {
		size_t room = (size_t)(width - at), length = strlen(line);
		if (length > room)
			length = cut(line, room, (size_t)(width - indent));
		size_t next = length + strspn(line + length, " ");
		while (length > 0 && line[length - 1] == ' ')
			length--;
		print_to(file, "%*s%.*s\n", at, "", (int)length, line);
		line += next;
	}
}

void wrapped_put(int indent, const char *format, ...)
{
	char text[WRAPPED_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	wrapped_print(stdout, text, 0, indent);
}

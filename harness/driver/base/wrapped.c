#include "harness/driver/base/wrapped.h"

#include "harness/driver/base/forms/terminal.h"

#include <string.h>

void wrapped_print(FILE *file, const char *text, int first, int indent)
{
	const char *line = text;
	for (int at = first; *line; at = indent) {
		size_t room = (size_t)(WRAPPED_WIDTH - at), length = strlen(line);
		if (length > room) {
			length = room;
			while (length > 0 && line[length] != ' ')
				length--;
			if (length == 0) /* a word longer than a line */
				length = strcspn(line, " ");
		}
		print_to(file, "%*s%.*s\n", at, "", (int)length, line);
		line += length + strspn(line + length, " ");
	}
}

#include "harness/common/problem.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = PROBLEM_TEXT_MAX / 2 };

static bool continues_character(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* If a text is too long, its middle is cut: the act is at its beginning and the remedy at its end. */
static void put_without_middle(struct problem *problem, const char *text, size_t length)
{
	static const char gap[] = " ... ";
	size_t head = HEAD_BYTES, tail = length - (PROBLEM_TEXT_MAX - HEAD_BYTES - sizeof gap);
	while (head > 0 && continues_character(text[head]))
		head--;
	while (tail < length && continues_character(text[tail]))
		tail++;
	snprintf(problem->text, sizeof problem->text, "%.*s%s%s", (int)head, text, gap,
		 text + tail);
}

enum outcome fail(struct problem *problem, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int length = vsnprintf(problem->text, sizeof problem->text, format, args);
	va_end(args);
	if (length >= PROBLEM_TEXT_MAX) {
		char *whole = NULL;
		va_start(args, format);
		length = vasprintf(&whole, format, args);
		va_end(args);
		if (length >= 0)
			put_without_middle(problem, whole, (size_t)length);
		free(length >= 0 ? whole : NULL);
	}
	for (char *c = problem->text; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	return OUTCOME_FAILED;
}

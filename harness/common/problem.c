#include "harness/common/problem.h"

#include <stdarg.h>
#include <stdio.h>

enum outcome fail(struct problem *problem, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(problem->text, sizeof problem->text, format, args);
	va_end(args);
	for (char *c = problem->text; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	return OUTCOME_FAILED;
}

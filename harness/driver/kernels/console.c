#include "harness/driver/kernels/console.h"

#include "harness/common/units.h"
#include "harness/driver/kernels/sent.h"
#include "harness/guest/framed.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096, DIGITS_MAX = FRAMED_BYTES / 3 * 4, PROBLEM_BYTES = 40 };

struct console {
	unsigned char *bytes;
	size_t count;
	uint64_t lines;          /* of this boot so far */
	bool is_whole;           /* its end came */
	char why[PROBLEM_BYTES]; /* what is wrong with the line `bad`; empty: nothing yet */
	uint64_t bad;
};

/* The value of four digits; false if they are none. `*count`: how many bytes they stand for, 1 to 3. */
static bool read_four(const char *digits, unsigned char three[3], size_t *count)
{
	uint32_t value = 0;
	*count = 3;
	for (size_t i = 0; i < 4; i++) {
		const char *digit = digits[i] ? strchr(FRAMED_DIGITS, digits[i]) : NULL;
		if (digits[i] == '=' && i >= 2 && (i == 3 || digits[3] == '='))
			*count = *count < i - 1 ? *count : i - 1;
		else if (!digit)
			return false;
		value = value << 6 | (uint32_t)(digit ? digit - FRAMED_DIGITS : 0);
	}
	for (size_t i = 0; i < 3; i++)
		three[i] = (unsigned char)(value >> (16 - 8 * i));
	return true;
}

/* The bytes of a line; false if they are not what was sent. */
static bool read_bytes(const char *digits, uint32_t check, unsigned char bytes[FRAMED_BYTES],
		       size_t *count)
{
	const size_t length = strspn(digits, FRAMED_DIGITS "=");
	*count = 0;
	if (length == 0 || length % 4 || length > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < length; i += 4) {
		size_t got;
		if (!read_four(digits + i, bytes + *count, &got) || (got < 3 && i + 4 < length))
			return false;
		*count += got;
	}
	return framed_check(bytes, *count) == check;
}

static void blame(struct console *console, uint64_t line, const char *why)
{
	if (*console->why)
		return;
	console->bad = line;
	snprintf(console->why, sizeof console->why, "%s", why);
}

static void take_line(struct console *console, const char *text)
{
	char *end;
	const uint64_t number = strtoull(text, &end, 10);
	const uint32_t check = (uint32_t)strtoul(*end == ' ' ? end + 1 : "", &end, 16);
	size_t count;
	if (number == 0) { /* another boot */
		console->count = console->lines = 0;
		console->is_whole = false;
		*console->why = '\0';
	}
	if (number != console->lines)
		blame(console, console->lines, "is missing");
	else if (console->count + FRAMED_BYTES > SENT_BYTES_MAX)
		blame(console, number, "is one too many");
	else if (*end != ' ' ||
		 !read_bytes(end + 1, check, console->bytes + console->count, &count))
		blame(console, number, "is damaged");
	else
		console->count += count;
	console->lines = number + 1;
}

static void take_end(struct console *console, const char *text)
{
	console->is_whole = true;
	if (strtoull(text, NULL, 10) != console->lines)
		blame(console, console->lines, "is missing");
}

/* The mark need not begin the line: a log may have the time there, or the end of a line of the kernel's. */
static void take_text(struct console *console, const char *text)
{
	const char *line = strstr(text, FRAMED_LINE), *end = strstr(text, FRAMED_END);
	if (line)
		take_line(console, line + strlen(FRAMED_LINE));
	else if (end)
		take_end(console, end + strlen(FRAMED_END));
}

enum outcome console_read(FILE *log, char **bytes, size_t *count, struct problem *problem)
{
	char text[LINE_MAX_BYTES];
	struct console console = {.bytes = malloc(SENT_BYTES_MAX)};
	if (!console.bytes)
		return fail(problem, "cannot keep what was sent: out of memory; free some");
	while (fgets(text, sizeof text, log))
		take_text(&console, text);
	*bytes = (char *)console.bytes;
	*count = console.count;
	if (console.lines == 0)
		fail(problem,
		     "cannot find a run in the log: no line has \"%s\"; boot with the "
		     "console on the line that is logged, as console=ttyS0",
		     FRAMED_LINE);
	else if (*console.why)
		fail(problem, "cannot take the run from the log: line %llu of it %s; boot again",
		     (unsigned long long)console.bad, console.why);
	else if (!console.is_whole)
		fail(problem,
		     "cannot take the run from the log: it ends after line %llu of it; "
		     "boot again, and log to the end",
		     (unsigned long long)console.lines - 1);
	else
		return OUTCOME_OK;
	free(*bytes);
	*bytes = NULL;
	return OUTCOME_FAILED;
}

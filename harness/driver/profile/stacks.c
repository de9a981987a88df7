#include "harness/driver/profile/stacks.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Copies a name, cut short if need be; what a flame graph would take for syntax becomes "_". */
static void copy_name(char name[STACKS_NAME_MAX], const char *from, size_t bytes)
{
	size_t length = bytes < STACKS_NAME_MAX - 1 ? bytes : STACKS_NAME_MAX - 1;
	for (size_t i = 0; i < length; i++)
		name[i] = (char)(isgraph((unsigned char)from[i]) && from[i] != ';' ? from[i] : '_');
	name[length] = '\0';
}

static void finish(struct stacks *stacks)
{
	if (stacks->is_open)
		stacks->take(stacks->context, &stacks->stack);
	stacks->is_open = false;
}

/* "12924.551852603" as ns; false if it is anything else. */
static bool read_time(const char *text, size_t bytes, uint64_t *ns)
{
	enum { SECONDS_MAX = 1000000000 };
	uint64_t seconds = 0, fraction = 0, unit = 1000000000;
	size_t at = 0;
	for (; at < bytes && isdigit((unsigned char)text[at]) && seconds < SECONDS_MAX; at++)
		seconds = seconds * 10 + (uint64_t)(text[at] - '0');
	if (at == 0 || at == bytes || text[at++] != '.' || seconds >= SECONDS_MAX)
		return false;
	for (; at < bytes && isdigit((unsigned char)text[at]) && unit > 1; at++) {
		unit /= 10;
		fraction += (uint64_t)(text[at] - '0') * unit;
	}
	*ns = seconds * 1000000000 + fraction;
	return at == bytes;
}

/* The last word of a line that has `*bytes`, which become those before it. */
static const char *cut_word(const char *line, size_t *bytes, size_t *word_bytes)
{
	size_t end = *bytes;
	while (end && line[end - 1] == ' ')
		end--;
	size_t from = end;
	while (from && line[from - 1] != ' ')
		from--;
	*bytes = from;
	*word_bytes = end - from;
	return line + from;
}

/* "forkcost-worker   464 12704.615507745: "; the program's name may be any and have blanks. */
static bool take_head(struct stacks *stacks, const char *line, size_t bytes)
{
	size_t time_bytes, id_bytes;
	const char *time = cut_word(line, &bytes, &time_bytes);
	const char *id = cut_word(line, &bytes, &id_bytes);
	char *end;
	struct stack *stack = &stacks->stack;
	if (time_bytes < 2 || time[time_bytes - 1] != ':' || id_bytes == 0 ||
	    !read_time(time, time_bytes - 1, &stack->at_ns))
		return false;
	stack->thread = strtol(id, &end, 10);
	stack->depth = 0;
	stacks->is_open = end == id + id_bytes;
	return stacks->is_open;
}

/* "\tffffffff81575435 inherit_event.isra.0" */
static bool take_function(struct stack *stack, const char *line, size_t bytes)
{
	size_t at = 1, digits;
	while (at < bytes && line[at] == ' ')
		at++;
	for (digits = at; at < bytes && isxdigit((unsigned char)line[at]); at++)
		;
	if (at == digits || at == bytes || line[at++] != ' ' || at == bytes)
		return false;
	if (stack->depth == STACKS_DEPTH_MAX)
		return true;
	copy_name(stack->names[stack->depth], line + at, bytes - at);
	stack->functions[stack->depth] = stack->names[stack->depth];
	stack->depth++;
	return true;
}

/* "forkcost-worker 464 [000] 12.3: PERF_RECORD_LOST lost 12", and PERF_RECORD_LOST_SAMPLES */
static bool take_lost(struct stacks *stacks, const char *line)
{
	static const char mark[] = "PERF_RECORD_LOST";
	const char *at = strstr(line, mark), *count = at ? strstr(at, " lost ") : NULL;
	if (count)
		stacks->lost += strtoul(count + strlen(" lost "), NULL, 10) % 1000000000;
	return at;
}

static void take_line(struct stacks *stacks)
{
	const char *line = stacks->line;
	size_t bytes = stacks->length;
	stacks->line[bytes] = '\0';
	if (bytes == 0) {
		finish(stacks);
		return;
	}
	if (line[0] == '\t' && stacks->is_open && take_function(&stacks->stack, line, bytes))
		return;
	if (line[0] != '\t') {
		finish(stacks);
		if (take_head(stacks, line, bytes) || take_lost(stacks, line))
			return;
	}
	stacks->strange++;
}

void stacks_feed(struct stacks *stacks, const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '\n') {
			take_line(stacks);
			stacks->length = 0;
		} else if (stacks->length < STACKS_LINE_MAX - 1) {
			stacks->line[stacks->length++] = text[i] ? text[i] : ' ';
		}
	}
}

void stacks_end(struct stacks *stacks)
{
	if (stacks->length)
		take_line(stacks);
	stacks->length = 0;
	finish(stacks);
}

#include "harness/common/axes.h"

#include "harness/common/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct axis axes[AXIS_COUNT] = {
#define AXIS(id, ...) [AXIS_##id] = {__VA_ARGS__},
#include "harness/common/axes.def"
};

const struct axis axis_heap = {
	.name = "heap",
	.option = "heap",
	.plural = "heap_bytes",
	.kind = AXIS_SIZES,
	.summary = "what the caller has written",
	.help = "heap sizes and ranges, as 0,1M..4G*4 [by preset]",
	.levels = {{.name = "0"}},
	.most = UINT64_MAX / 4,
};

const struct axis axis_action = {
	.name = "action",
	.option = "action",
	.plural = "actions",
	.summary = "what the child does: exit at once, or exec a new program",
	.help = "[both]",
	.levels = {[ACTION_NONE] = {.name = ""},
		   [ACTION_EXIT] = {.name = "exit"},
		   [ACTION_EXEC] = {.name = "exec"}},
	.unasked = "exit,exec",
};

const struct axis axis_pass = {
	.name = "pass",
	.summary = "clock read at both ends, also inside, or events counted",
	.levels = {{.name = "plain"}, {.name = "stamped"}, {.name = "counted"}},
};

const char *axis_name(const struct axis *axis, uint64_t level)
{
	for (unsigned i = 0; axis->levels[i].name; i++)
		if (i == level)
			return axis->levels[i].name;
	return "?";
}

bool axis_find(const struct axis *axis, const char *name, unsigned *level)
{
	for (unsigned i = 0; axis->levels[i].name; i++) {
		if (*name && strcmp(axis->levels[i].name, name) == 0) {
			*level = i;
			return true;
		}
	}
	return false;
}

bool axis_lists(const char *list, const char *name)
{
	const size_t bytes = strlen(name);
	while (list) {
		if (strncmp(list, name, bytes) == 0 && (list[bytes] == ',' || !list[bytes]))
			return true;
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
	}
	return false;
}

bool axis_is_apart_in(const struct axis *axis, const char *experiment)
{
	return axis->is_apart && (axis->varied_by == AXIS_BY_ALL_THAT_SPAWN ||
				  axis_lists(axis->experiments, experiment));
}

bool axis_has(const struct axis *axis, uint64_t level)
{
	if (axis->kind != AXIS_LEVELS)
		return level <= axis->most;
	return level < AXIS_LEVELS_MAX && strcmp(axis_name(axis, level), "?") != 0;
}

uint64_t axis_plain(const struct axis *axis)
{
	return axis->kind == AXIS_LEVELS ? 0 : strtoull(axis->levels[0].name, NULL, 10);
}

const char *axis_plain_name(const struct axis *axis)
{
	return axis->levels[0].name;
}

void axes_set_plain(uint64_t level[AXIS_COUNT])
{
	for (enum axis_id axis = 0; axis < AXIS_COUNT; axis++)
		level[axis] = axis_plain(&axes[axis]);
}

const char *axis_text(const struct axis *axis, uint64_t level, char text[AXIS_TEXT_MAX])
{
	if (axis->kind == AXIS_LEVELS)
		snprintf(text, AXIS_TEXT_MAX, "%s", axis_name(axis, level));
	else
		snprintf(text, AXIS_TEXT_MAX, "%" PRIu64, level);
	return text;
}

bool axis_takes_text(const struct axis *axis, const char *level)
{
	enum { DIGITS_MAX = 19 }; /* no number of so many overflows */
	if (axis->kind == AXIS_LEVELS || !*level)
		return true;
	size_t digits = strspn(level, "0123456789");
	return !level[digits] && digits <= DIGITS_MAX && axis_has(axis, strtoull(level, NULL, 10));
}

const char *axis_left_out(const char *name, char key[AXIS_WORDS_MAX])
{
	snprintf(key, AXIS_WORDS_MAX, "%s_left_out", name);
	return key;
}

const char *axis_words(const struct axis *axis, const char *level, char words[AXIS_WORDS_MAX])
{
	char size[UNITS_TEXT_MAX];
	for (const struct axis_level *known = axis->levels; known->name; known++)
		if (known->words && strcmp(known->name, level) == 0) {
			snprintf(words, AXIS_WORDS_MAX, "%s", known->words);
			return words;
		}
	if (axis->kind == AXIS_SIZES && *level && axis_takes_text(axis, level))
		level = units_format_bytes(strtoull(level, NULL, 10), size);
	snprintf(words, AXIS_WORDS_MAX, "%s%s%s", axis->before ? axis->before : "", level,
		 axis->after ? axis->after : "");
	return words;
}

const char *axis_short_words(const struct axis *axis, const char *level, char words[AXIS_WORDS_MAX])
{
	if (axis->kind != AXIS_LEVELS && !axis->one)
		return axis_words(axis, level, words);
	const char *unit = !axis->one ? "" : strcmp(level, "1") == 0 ? axis->one : axis->many;
	snprintf(words, AXIS_WORDS_MAX, "%s%s%s", level, *unit ? " " : "", unit);
	return words;
}

#include "harness/common/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Small, since pages of the stack that the worker writes are pages that fork copies. */
enum { LINE_BYTES = 512 };

bool textfile_read(const char *path, char *text, size_t text_bytes)
{
	return textfile_read_at(AT_FDCWD, path, text, text_bytes);
}

bool textfile_read_at(int folder, const char *path, char *text, size_t text_bytes)
{
	*text = '\0';
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size_t length = 0;
	ssize_t got = 0;
	while (length + 1 < text_bytes &&
	       (got = read(fd, text + length, text_bytes - 1 - length)) > 0)
		length += (size_t)got;
	int error = got < 0 ? errno : 0;
	close(fd);
	errno = error;
	while (length && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	return error == 0;
}

bool textfile_lines(const char *path, char *room, size_t room_bytes,
		    void (*visit)(const char *line, void *context), void *context)
{
	size_t length = 0;
	bool is_rest = false; /* of a line that was longer than the room */
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while ((got = read(fd, room + length, room_bytes - 1 - length)) > 0) {
		char *line = room, *end;
		length += (size_t)got;
		room[length] = '\0';
		for (; (end = memchr(line, '\n', (size_t)(room + length - line))); line = end + 1) {
			*end = '\0';
			if (!is_rest)
				visit(line, context);
			is_rest = false;
		}
		length -= (size_t)(line - room);
		memmove(room, line, length + 1);
		if (length + 1 == room_bytes) {
			if (!is_rest)
				visit(room, context);
			is_rest = true;
			length = 0;
		}
	}
	int error = got < 0 ? errno : 0;
	close(fd);
	errno = error;
	if (length && !is_rest)
		visit(room, context);
	return error == 0;
}

uint64_t textfile_number(const char *line, const char *key, int base)
{
	size_t length = strlen(key);
	if (strncmp(line, key, length) != 0)
		return UINT64_MAX;
	const char *from = line + length + strspn(line + length, ": \t");
	char *end;
	uint64_t number = strtoull(from, &end, base);
	if (from == line + length || end == from)
		return UINT64_MAX;
	return strcmp(end, " kB") == 0 ? number * 1024 : number;
}

struct wanted {
	const char *key;
	int base;
	uint64_t value;
};

static void look_for(const char *line, void *context)
{
	struct wanted *wanted = context;
	if (wanted->value == UINT64_MAX)
		wanted->value = textfile_number(line, wanted->key, wanted->base);
}

uint64_t textfile_value(const char *path, const char *key, int base)
{
	char room[LINE_BYTES];
	struct wanted wanted = {key, base, UINT64_MAX};
	if (textfile_lines(path, room, sizeof room, look_for, &wanted))
		errno = ENODATA;
	return wanted.value;
}

uint64_t textfile_status(long process, const char *key, int base)
{
	char path[64] = "/proc/self/status";
	if (process)
		snprintf(path, sizeof path, "/proc/%ld/status", process);
	return textfile_value(path, key, base);
}

uint64_t textfile_stat(const char *path, unsigned field)
{
	char text[2 * LINE_BYTES];
	if (!textfile_read(path, text, sizeof text))
		return UINT64_MAX;
	/* The name, field 2, is in parentheses and may hold anything; the rest is numbers. */
	const char *at = strrchr(text, ')');
	for (unsigned at_field = 2; at && at_field < field; at_field++)
		at = strchr(at + 1, ' ');
	errno = ENODATA;
	return at ? strtoull(at, NULL, 10) : UINT64_MAX;
}

bool textfile_add_ticks(const char *stat, int cpu, struct textfile_ticks *ticks)
{
	enum { IDLE = 3, IOWAIT = 4, STEAL = 7, COLUMNS }; /* guests' time is in user, too */
	uint64_t columns[COLUMNS];
	char name[16] = "cpu ";
	if (cpu >= 0)
		snprintf(name, sizeof name, "cpu%d ", cpu);
	while (stat && strncmp(stat, name, strlen(name)) != 0)
		stat = strchr(stat, '\n') ? strchr(stat, '\n') + 1 : NULL;
	char *at = stat ? strchr(stat, ' ') : NULL;
	if (!at || !strchr(at, '\n')) /* cut off, the last columns may be wrong */
		return false;
	for (unsigned i = 0; i < COLUMNS; i++)
		ticks->all += columns[i] = strtoull(at, &at, 10);
	ticks->idle += columns[IDLE] + columns[IOWAIT];
	ticks->stolen += columns[STEAL];
	return true;
}

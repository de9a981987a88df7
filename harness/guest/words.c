#include "harness/guest/words.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 8192 };

static char program[] = "/forkcost/forkcost";

/* Where what is sent lies; figures are drawn elsewhere. */
static char *const ours[] = {"--no-plots", "--no-table", "--output", "/results"};
enum { OURS = sizeof ours / sizeof *ours };

static bool read_text(const char *path, char text[TEXT_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t bytes = fd < 0 ? -1 : read(fd, text, TEXT_MAX - 1);
	if (fd >= 0)
		close(fd);
	text[bytes > 0 ? bytes : 0] = '\0';
	return bytes > 0;
}

/* The value of the last forkcost.run= in the kernel's command line; NULL if there is none. There may be quotes around it,
 * or, as GRUB puts them, around all of the word. The kernel itself passes it over. */
static char *asked_for(char *text)
{
	static const char name[] = "forkcost.run=";
	char *value = NULL, end[] = " \n";
	for (char *at = text; (at = strstr(at, name)); at += sizeof name - 1)
		if (at == text || strchr(" \"'", at[-1]))
			value = at + sizeof name - 1;
	if (!value)
		return NULL;
	const char before = value == text + sizeof name - 1 ? ' ' : value[-(ptrdiff_t)sizeof name];
	if (before != ' ')
		end[0] = before;
	else if (*value == '"' || *value == '\'')
		end[0] = *value++;
	value[strcspn(value, end)] = '\0';
	return value;
}

/* False where they are too many. */
static bool add(char *words[WORDS_MAX + 1], int *count, char *text, const char *between)
{
	for (char *word = strtok(text, between); word; word = strtok(NULL, between)) {
		if (*count == WORDS_MAX - OURS)
			return false;
		words[(*count)++] = word;
	}
	return true;
}

static bool is_setting(const char *word)
{
	return *word != '-' && strchr(word, '=');
}

int words_read(char *words[WORDS_MAX + 1])
{
	static char command[TEXT_MAX], line[TEXT_MAX], run[] = "run";
	char *options = command, *asked;
	int count = 2;
	words[0] = program;
	words[1] = run;
	if (!read_text("/command", command))
		return 0;
	for (char *end; is_setting(options) && (end = strchr(options, '\n')); options = end + 1) {
		*end = '\0';
		putenv(options);
	}
	asked = read_text("/proc/cmdline", line) ? asked_for(line) : NULL;
	if (!add(words, &count, asked ? asked : options, asked ? " " : "\n"))
		return 0;
	memcpy(words + count, ours, sizeof ours);
	words[count + OURS] = NULL;
	return count + OURS;
}

#include "harness/worker/procfile.h"

#include "harness/common/rawsys.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool procfile_read(const char *path, char *text, size_t text_bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size_t length = 0;
	ssize_t got;
	while (length + 1 < text_bytes &&
	       (got = read(fd, text + length, text_bytes - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	close(fd);
	return true;
}

uint64_t procfile_number(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	return at ? strtoull(at + strlen(key), NULL, 10) : UINT64_MAX;
}

/* The form of the kernel's folder entries (getdents64); libc's opendir() would allocate memory. */
struct entry {
	uint64_t inode, offset;
	uint16_t bytes;
	uint8_t type;
	char name[];
};

bool procfile_each_open_file(void (*visit)(int fd, void *context), void *context)
{
	_Alignas(struct entry) char room[2048] = {0};
	long got;
	int list = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list < 0)
		return false;
	while ((got = raw_syscall(SYS_getdents64, list, (long)room, sizeof room, 0, 0)) > 0)
		for (long at = 0; at < got;) {
			const struct entry *entry = (const struct entry *)(room + at);
			int fd = (int)strtol(entry->name, NULL, 10);
			if (isdigit((unsigned char)*entry->name) && fd != list)
				visit(fd, context);
			at += entry->bytes;
		}
	close(list);
	return got == 0;
}

#include "harness/driver/base/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

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

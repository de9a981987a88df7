#include "harness/driver/counters/tracefs.h"

#include "harness/common/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/mount.h, which older headers lack and which does not mix with sys/mount.h. */
enum { OPEN_CLOEXEC = 1, COMMAND_CREATE = 6, MOUNT_CLOEXEC = 1 };

static int mount_unseen(void)
{
#ifdef SYS_fsmount
	int context = (int)syscall(SYS_fsopen, "tracefs", OPEN_CLOEXEC);
	if (context < 0)
		return -1;
	int folder = -1;
	if (syscall(SYS_fsconfig, context, COMMAND_CREATE, NULL, NULL, 0) == 0)
		folder = (int)syscall(SYS_fsmount, context, MOUNT_CLOEXEC, 0);
	int error = errno;
	close(context);
	errno = error;
	return folder;
#else
	errno = EPERM;
	return -1;
#endif
}

int tracefs_open(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	bool closed = false;
	for (size_t i = 0; i < 2; i++) {
		int folder = open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		/* An empty folder of that name is there also where nothing is mounted. */
		if (folder >= 0 && faccessat(folder, "events", R_OK | X_OK, 0) == 0)
			return folder;
		closed |= errno == EACCES;
		if (folder >= 0)
			close(folder);
	}
	int folder = mount_unseen();
	if (folder < 0 && closed)
		errno = EACCES;
	return folder;
}

bool tracefs_event(int tracefs, const char *path, const char *format_says, uint64_t *number)
{
	char text[TEXTFILE_MAX], id[160], format[160];
	snprintf(id, sizeof id, "events/%s/id", path);
	snprintf(format, sizeof format, "events/%s/format", path);
	if (!textfile_read_at(tracefs, id, text, sizeof text))
		return false;
	*number = strtoull(text, NULL, 10);
	if (format_says && !textfile_read_at(tracefs, format, text, sizeof text))
		return false;
	if (!format_says || strstr(text, format_says))
		return true;
	errno = EPROTO;
	return false;
}

#include "harness/common/remedy.h"

#include <errno.h>

const char *remedy_or(int error, const char *otherwise)
{
	switch (error) {
	case EMFILE:
		return "raise the limit on open files (ulimit -n 1024)";
	case ENFILE:
		return "raise the system's limit on open files (sysctl fs.file-max), or end a "
		       "program that has many open";
	case EAGAIN:
		return "raise the limit on processes (ulimit -u, pids.max of the cgroup)";
	case ENOMEM:
		return "use a smaller --heap, free some memory, or raise its limits (ulimit -v, "
		       "memory.max of the cgroup, vm.overcommit_memory=1)";
	case ENOSPC:
	case EDQUOT:
		return "free some disk space, or raise the quota";
	case EFBIG:
		return "raise the limit on file sizes (ulimit -f unlimited)";
	case EROFS:
		return "choose a writable folder";
	default:
		return otherwise;
	}
}

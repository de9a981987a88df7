#include "harness/driver/counters/permit.h"

#include "harness/common/remedy.h"
#include "harness/common/textfile.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CAP_PERFMON
#define CAP_PERFMON 38 /* Linux 5.8 */
#endif

/* Whether /proc/self/uid_map maps every number to itself, as outside of any user namespace. */
static bool maps_all(const char *map)
{
	char *at;
	unsigned long long inside = strtoull(map, &at, 10), outside = strtoull(at, &at, 10);
	return inside == 0 && outside == 0 && strtoull(at, NULL, 10) == UINT32_MAX;
}

static bool count_cycles(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof attr,
		.config = PERF_COUNT_HW_CPU_CYCLES,
		.disabled = 1,
		.exclude_kernel = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return errno != ENOENT && errno != ENODEV;
	close(fd);
	return true;
}

void permit_read(struct permit *permit)
{
	char text[TEXTFILE_MAX];
	*permit = (struct permit){.paranoid = PERMIT_PARANOID_UNKNOWN};
	if (textfile_read("/proc/sys/kernel/perf_event_paranoid", text, sizeof text))
		permit->paranoid = (int)strtol(text, NULL, 10);
	uint64_t capabilities = textfile_status(0, "CapEff", 16);
	if (capabilities != UINT64_MAX)
		permit->privileged =
			(capabilities >> CAP_PERFMON | capabilities >> CAP_SYS_ADMIN) & 1;
	permit->filtered = textfile_status(0, "Seccomp", 10) == 2;
	if (textfile_read("/proc/self/uid_map", text, sizeof text))
		permit->nested = !maps_all(text);
	permit->no_pmu = !count_cycles();
}

__attribute__((format(printf, 3, 4))) static enum counter_state
say(enum counter_state state, char why[WIRE_TEXT_MAX], const char *format, ...)
{
	va_list args;
	int length =
		snprintf(why, WIRE_TEXT_MAX,
			 "%s: ", state == COUNTER_UNAVAILABLE ? "unavailable" : "not permitted");
	va_start(args, format);
	vsnprintf(why + length, WIRE_TEXT_MAX - (size_t)length, format, args);
	va_end(args);
	return state;
}

static enum counter_state explain_forbidden(const struct permit *permit,
					    const struct permit_request *request, int error,
					    char why[WIRE_TEXT_MAX])
{
	bool known = permit->paranoid != PERMIT_PARANOID_UNKNOWN;
	/* The kernel itself has the call if it has the setting, and then says EACCES. */
	if (error == ENOSYS && !known && !permit->filtered)
		return say(COUNTER_UNAVAILABLE, why, "this kernel has no perf_event_open (ENOSYS)");
	if (error == ENOSYS || (error == EPERM && permit->filtered))
		return say(COUNTER_NOT_PERMITTED, why,
			   "seccomp forbids perf_event_open; in a container: --cap-add PERFMON "
			   "--security-opt seccomp=FILE");
	/* 3 is a patch that Debian, Android and others carry (Ubuntu's says 4); the kernel proper knows up to 2. */
	bool strict = known && permit->paranoid >= (request->in_kernel ? 2 : 3);
	if (strict && permit->privileged && permit->nested)
		return say(COUNTER_NOT_PERMITTED, why,
			   "perf_event_paranoid is %d; on the host, outside this user namespace: "
			   "sysctl kernel.perf_event_paranoid=1",
			   permit->paranoid);
	if (strict && !permit->privileged)
		return say(COUNTER_NOT_PERMITTED, why,
			   "perf_event_paranoid is %d; sysctl kernel.perf_event_paranoid=1, or run "
			   "with CAP_PERFMON",
			   permit->paranoid);
	return say(COUNTER_NOT_PERMITTED, why,
		   "%s, though perf_event_paranoid allows it; a security module (SELinux?) must "
		   "allow it",
		   error == EPERM ? "EPERM" : "EACCES");
}

enum counter_state permit_explain(const struct permit *permit, const struct permit_request *request,
				  int error, char why[WIRE_TEXT_MAX])
{
	switch (error) {
	case 0:
		*why = '\0';
		return COUNTER_COUNTED;
	case EACCES:
	case EPERM:
	case ENOSYS:
		return explain_forbidden(permit, request, error, why);
	case ENOENT:
	case ENODEV:
	case ENXIO:
		if (request->hardware && permit->no_pmu)
			return say(COUNTER_UNAVAILABLE, why,
				   "no hardware counters here (ENOENT), usual in a guest; see "
				   "docs/COUNTERS.md");
		return say(COUNTER_UNAVAILABLE, why,
			   "the kernel does not count this event here (%s)",
			   error == ENOENT ? "ENOENT" : "ENODEV");
	case EINVAL:
	case EOPNOTSUPP:
		return say(COUNTER_UNAVAILABLE, why, "%s (%s)",
			   request->part ? "this PMU does not distinguish user from kernel"
					 : "the kernel refuses this event for a process",
			   error == EINVAL ? "EINVAL" : "EOPNOTSUPP");
	case EBUSY:
		return say(COUNTER_UNAVAILABLE, why,
			   "something else uses the counters exclusively (EBUSY)");
	default:
		return say(COUNTER_UNAVAILABLE, why, "%s; %s", strerror(error),
			   remedy_or(error, "see dmesg"));
	}
}

enum counter_state permit_explain_tracefs(int error, const char *path, char why[WIRE_TEXT_MAX])
{
	switch (error) {
	case ENOENT:
		return say(COUNTER_UNAVAILABLE, why, "this kernel has no tracepoint %s", path);
	case EPROTO:
		return say(COUNTER_UNAVAILABLE, why,
			   "this kernel's tracepoint %s uses other numbers for its reasons", path);
	case ENODEV:
	case ENOSYS:
		return say(COUNTER_UNAVAILABLE, why, "this kernel has no tracefs");
	case EACCES:
	case EPERM:
		return say(COUNTER_NOT_PERMITTED, why,
			   "tracefs is readable only by root; run as root, in a container with "
			   "CAP_SYS_ADMIN");
	default:
		return say(COUNTER_UNAVAILABLE, why, "tracefs: %s; %s", strerror(error),
			   remedy_or(error, "see dmesg"));
	}
}

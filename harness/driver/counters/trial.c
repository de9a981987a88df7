#include "harness/driver/counters/trial.h"

#include "harness/common/plausible.h"

#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TRIAL_NS = 1000000 };

int trial_open(const struct wire_counter *counter, int leader)
{
	struct perf_event_attr attr = counter->attr;
	attr.disabled = leader < 0;
	attr.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, leader, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0 || !*counter->filter ||
	    ioctl(fd, PERF_EVENT_IOC_SET_FILTER, counter->filter) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static int open_and_close(const struct wire_counter *counter)
{
	int fd = trial_open(counter, -1);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int trial_alone(struct wire_counter *counter)
{
	int error = open_and_close(counter);
	if (error != EOPNOTSUPP)
		return error;
	/* Apple's PMUs, and any while KVM lends it out, count only what is no guest. Nothing that is
	 * counted here is one. */
	counter->attr.exclude_guest = 1;
	if (open_and_close(counter) == 0)
		return 0;
	counter->attr.exclude_guest = 0;
	return error;
}

static void spin(void)
{
	struct timespec from, now;
	clock_gettime(CLOCK_MONOTONIC, &from);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - from.tv_sec) * 1000000000 + (now.tv_nsec - from.tv_nsec) < TRIAL_NS);
}

static bool ran_throughout(int fd)
{
	struct trial_count got;
	char why[PLAUSIBLE_TEXT_MAX];
	return read(fd, &got, sizeof got) == (ssize_t)sizeof got &&
	       plausible_times(got.enabled_ns, got.running_ns, why);
}

static bool run_group(const int *fds, size_t count)
{
	if (ioctl(fds[0], PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP) != 0)
		return false;
	spin();
	if (ioctl(fds[0], PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!ran_throughout(fds[i]))
			return false;
	return true;
}

bool trial_together(const struct wire_counter *const *members, size_t count)
{
	int fds[COUNTER_GROUP_MAX] = {-1};
	size_t opened = 0;
	if (count == 0 || count > COUNTER_GROUP_MAX)
		return false;
	while (opened < count) {
		fds[opened] = trial_open(members[opened], opened ? fds[0] : -1);
		if (fds[opened] < 0)
			break;
		opened++;
	}
	bool fit = opened == count && run_group(fds, count);
	while (opened > 0)
		close(fds[--opened]);
	return fit;
}

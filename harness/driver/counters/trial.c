#include "harness/driver/counters/trial.h"

#include "harness/common/plausible.h"

#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	TRIAL_NS = 1000000,
	ROUNDS =
		100000, /* of an empty loop: a fraction of a millisecond, a few instructions each */
};

/* What is read from a counter. */
struct count {
	uint64_t value, enabled_ns, running_ns;
};

/* A descriptor, or -1 and errno. `leader`: the first of the group, or -1 to begin one, disabled. */
static int open_counter(const struct wire_counter *counter, int leader)
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
	int fd = open_counter(counter, -1);
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

static void run_user_code(void)
{
	for (volatile int i = 0; i < ROUNDS; i++)
		;
}

/* Counts `work` with up to COUNTER_GROUP_MAX counters as one group; false if that cannot be. */
static bool count_work(const struct wire_counter *const *counters, size_t count, void (*work)(void),
		       struct count got[])
{
	int fds[COUNTER_GROUP_MAX] = {-1};
	size_t opened = 0;
	while (opened < count &&
	       (fds[opened] = open_counter(counters[opened], opened ? fds[0] : -1)) >= 0)
		opened++;
	bool good =
		opened == count && ioctl(fds[0], PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP) == 0;
	if (good) {
		work();
		good = ioctl(fds[0], PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP) == 0;
	}
	for (size_t i = 0; i < count && good; i++)
		good = read(fds[i], &got[i], sizeof got[i]) == (ssize_t)sizeof got[i];
	while (opened > 0)
		close(fds[--opened]);
	return good;
}

bool trial_together(const struct wire_counter *const *members, size_t count)
{
	struct count got[COUNTER_GROUP_MAX];
	char why[PLAUSIBLE_TEXT_MAX];
	bool fit = count > 0 && count <= COUNTER_GROUP_MAX && count_work(members, count, spin, got);
	for (size_t i = 0; i < count && fit; i++)
		fit = plausible_times(got[i].enabled_ns, got[i].running_ns, why);
	return fit;
}

bool trial_counts_twice(void)
{
	const struct wire_counter counter = {.attr = {.type = PERF_TYPE_HARDWARE,
						      .size = sizeof counter.attr,
						      .config = PERF_COUNT_HW_INSTRUCTIONS,
						      .exclude_kernel = 1}};
	const struct wire_counter *const both[] = {&counter, &counter};
	struct count got[2];
	return !count_work(both, 2, run_user_code, got) || got[1].value >= got[0].value / 2;
}

bool trial_tells_modes(const struct wire_counter *user, const struct wire_counter *kernel)
{
	struct count in_user, in_kernel;
	if (!count_work(&user, 1, run_user_code, &in_user) ||
	    !count_work(&kernel, 1, run_user_code, &in_kernel))
		return true;
	return in_user.value < ROUNDS || in_kernel.value < in_user.value / 2;
}

int trial_hold(const struct wire_counter *counter)
{
	return open_counter(counter, -1);
}

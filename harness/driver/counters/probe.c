#include "harness/driver/counters/probe.h"

#include "harness/driver/counters/trial.h"

#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Rounds of an empty loop: a fraction of a millisecond, a few instructions each. */
enum { ROUNDS = 100000 };

static void run_user_code(void)
{
	for (volatile int i = 0; i < ROUNDS; i++)
		;
}

/* Counts user code with `count` counters, at most two, as one group; false if that cannot be. */
static bool count_user_code(const struct wire_counter *const *counters, size_t count,
			    uint64_t value[])
{
	int fds[2] = {-1, -1};
	bool good = true;
	for (size_t i = 0; i < count && good; i++)
		good = (fds[i] = trial_open(counters[i], i ? fds[0] : -1)) >= 0;
	good = good && ioctl(fds[0], PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP) == 0;
	if (good) {
		run_user_code();
		ioctl(fds[0], PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
	}
	for (size_t i = 0; i < count && good; i++) {
		struct trial_count got = {0};
		good = read(fds[i], &got, sizeof got) == (ssize_t)sizeof got;
		value[i] = got.value;
	}
	for (size_t i = count; i-- > 0;)
		if (fds[i] >= 0)
			close(fds[i]);
	return good;
}

bool probe_counts_twice(void)
{
	const struct wire_counter counter = {.attr = {.type = PERF_TYPE_HARDWARE,
						      .size = sizeof counter.attr,
						      .config = PERF_COUNT_HW_INSTRUCTIONS,
						      .exclude_kernel = 1}};
	const struct wire_counter *const both[] = {&counter, &counter};
	uint64_t value[2] = {0};
	return !count_user_code(both, 2, value) || value[1] >= value[0] / 2;
}

bool probe_tells_modes(const struct wire_counter *user, const struct wire_counter *kernel)
{
	uint64_t in_user = 0, in_kernel = 0;
	if (!count_user_code(&user, 1, &in_user) || !count_user_code(&kernel, 1, &in_kernel))
		return true;
	return in_user < ROUNDS || in_kernel < in_user / 2;
}

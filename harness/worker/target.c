#include "harness/worker/target.h"

#include "harness/common/orders.h"
#include "harness/worker/clock.h"

/* NULL: the target's own. */
static char *const *const *used;

void target_use(char *const *const lists[TARGET_TASK_COUNT])
{
	used = lists;
}

char *const *target_argv(enum target_task task)
{
	static char name[] = "forkcost-target";
	static char order[2][TARGET_TASK_COUNT][3] = {
		{"", {ORDER_GETTIME}, {ORDER_GETTIME, ORDER_STAY}},
		{"", {ORDER_COUNTER}, {ORDER_COUNTER, ORDER_STAY}},
	};
	static char *const argv[2][TARGET_TASK_COUNT][3] = {
		{{name},
		 {name, order[0][TARGET_STAMPS]},
		 {name, order[0][TARGET_STAMPS_AND_STAYS]}},
		{{name},
		 {name, order[1][TARGET_STAMPS]},
		 {name, order[1][TARGET_STAMPS_AND_STAYS]}},
	};
	return used ? used[task] : argv[worker_clock.is_counter][task];
}

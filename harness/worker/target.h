/* The command line of forkcost-target. */
#ifndef FORKCOST_TARGET_H
#define FORKCOST_TARGET_H

enum target_task {
	TARGET_LEAVES,           /* at once, without a stamp */
	TARGET_STAMPS,           /* by the worker's clock, then leaves */
	TARGET_STAMPS_AND_STAYS, /* until it is killed */
	TARGET_TASK_COUNT
};

/* The argv of a task, for execve(2) and posix_spawn(3): static, nothing is written. Call it once the clock
 * is chosen. A child that shares its parent's memory may call it. */
char *const *target_argv(enum target_task task);

/* From now on these are the tasks' argv: those before, with more words behind. They have to stay. */
void target_use(char *const *const lists[TARGET_TASK_COUNT]);

#endif

/* Settings of the machine that a run changes for a while. Each change is written down and synced before
 * it is made, in a file that is gone once it is undone. What a killed run left is undone by its guardian
 * (guardian.h), or by the next start of any command as root. */
#ifndef FORKCOST_TUNABLES_H
#define FORKCOST_TUNABLES_H

#include "harness/common/problem.h"

#include <stdbool.h>

#define THP_FOLDER "/sys/kernel/mm/transparent_hugepage/"
#define POOL_FOLDER "/sys/kernel/mm/hugepages/hugepages-2048kB/"
#define POOL_1G_FOLDER "/sys/kernel/mm/hugepages/hugepages-1048576kB/"

/* The folder of the group that is made for a worker, below that of another. */
#define MEMORY_GROUP_NAME "/forkcost-limited"

/* All that is ever changed: a record names one of these. Whether transparent pages of a size are given
 * (MULTI: 64 KiB); pools of hugetlb pages (POOL: 2 MiB). The memory group is there or not, and so is the memory controller
 * of the groups in a folder: the value that is written is the path of the one, or of that folder. The group goes first. */
enum tunable {
	TUNABLE_MULTI,
	TUNABLE_POOL,
	TUNABLE_POOL_1G,
	TUNABLE_MULTI_16K,
	TUNABLE_MULTI_32K,
	TUNABLE_MULTI_128K,
	TUNABLE_MULTI_256K,
	TUNABLE_MULTI_512K,
	TUNABLE_MULTI_1M,
	TUNABLE_MEMORY_GROUP,
	TUNABLE_MEMORY_CONTROLLER,
	TUNABLE_COUNT
};

enum { TUNABLE_VALUE_MAX = 32 };

/* The value of a setting's file: the word in brackets of "always [madvise] never", or the whole text.
 * False if there is no such file. */
bool tunable_value(const char *path, char value[TUNABLE_VALUE_MAX]);

/* Whether a change could be written down; else errno says why not. For root. */
bool tunable_can_be_saved(void);

/* Makes sure that no other run changes the setting until tunables_restore(); undoes what a killed run left.
 * Fails after a minute's wait for another. An ordinary user, who can change nothing, holds nothing. */
enum outcome tunable_lock(enum tunable tunable, struct problem *problem);

/* Writes down what is there, then changes it. Only after tunable_lock(). Fails, with the setting as it was,
 * if the record cannot be kept. Whether the kernel took the value is for the caller to see. */
enum outcome tunable_change(enum tunable tunable, const char *value, struct problem *problem);

/* Undoes what tunable_change() did, and lets other runs have the settings. */
void tunables_restore(void);

/* Undoes what killed runs left, unless somebody changed it since; `note` says what was done, or is
 * empty. An ordinary user only gets it said. Cheap where no run was killed. */
void tunables_recover(struct problem *note);

/* Whether anything is written down as changed, by a run that lives or one that was killed. */
bool tunables_are_changed(void);

/* As tunables_recover(), without its note. Whether nothing is changed any more. */
bool tunables_restored(void);

#endif

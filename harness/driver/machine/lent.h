/* Settings of the machine that a run changes for a while. Each change is written down and synced before
 * it is made, in a file that is gone once it is undone. What a killed run left is undone by its guardian
 * (guardian.h), or by the next start of any command as root. */
#ifndef FORKCOST_LENT_H
#define FORKCOST_LENT_H

#include "harness/common/problem.h"

#include <stdbool.h>

#define THP_FOLDER "/sys/kernel/mm/transparent_hugepage/"
#define MULTI_ENABLED THP_FOLDER "hugepages-64kB/enabled"
#define POOL_FOLDER "/sys/kernel/mm/hugepages/hugepages-2048kB/"

/* All that is ever changed: a record names one of these, never a path. */
enum lent { LENT_MULTI, LENT_POOL, LENT_COUNT };

enum { LENT_VALUE_MAX = 32 };

/* The value of a setting's file: the word in brackets of "always [madvise] never", or the whole text.
 * False if there is no such file. */
bool lent_value(const char *path, char value[LENT_VALUE_MAX]);

/* Whether what is lent could be written down; else errno says why not. For root. */
bool lent_can_be_recorded(void);

/* Makes sure that no other run changes the setting until lent_return(); undoes what a killed run left.
 * Fails after a minute's wait for another. An ordinary user, who can change nothing, holds nothing. */
enum outcome lent_hold(enum lent lent, struct problem *problem);

/* Writes down what is there, then changes it. Only after lent_hold(). Fails, with the setting as it was,
 * if the record cannot be kept. Whether the kernel took the value is for the caller to see. */
enum outcome lent_change(enum lent lent, const char *value, struct problem *problem);

/* Undoes what lent_change() did, and lets other runs have the settings. */
void lent_return(void);

/* Undoes what killed runs left, unless somebody changed it since; `note` says what was done, or is
 * empty. An ordinary user only gets it said. Cheap where no run was killed. */
void lent_recover(struct problem *note);

/* Whether anything is written down as lent, by a run that lives or one that was killed. */
bool lent_is_recorded(void);

#endif

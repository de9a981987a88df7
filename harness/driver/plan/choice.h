/* Which levels of an axis are to run: as an option gives them, and in words. */
#ifndef FORKCOST_CHOICE_H
#define FORKCOST_CHOICE_H

#include "harness/common/axes.h"
#include "harness/common/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHOICE_MAX = 32 };

/* Rising, each once; of named levels their numbers. */
struct choice {
	bool given; /* asked for by name */
	size_t count;
	uint64_t level[CHOICE_MAX];
};

/* Reads "dirty,write-protected", "0,1,2" or "0,1M..4G*4", by the axis's kind, as all there is; `given` stays. Fails on a
 * level that there is not, naming those that there are. */
enum outcome choice_parse(const struct axis *axis, const char *text, struct choice *choice,
			  struct problem *problem);

bool choice_has(const struct choice *choice, uint64_t level);

/* Only this level. */
void choice_set(struct choice *choice, uint64_t level);

/* Adds a level in its place; nothing if it is there. False if there is no room. */
bool choice_add(struct choice *choice, uint64_t level);

/* "dirty,write-protected" in `text`; whether there is another level among them than the plain one. */
bool choice_names(const struct axis *axis, const struct choice *choice, char *text, size_t bytes);

/* Which of `names` are in "a,b"; an empty name cannot be. Fails on an empty part, and on what there is not, with the
 * names there are. */
enum outcome choice_find_names(const char *list, const char *what, const char *const *names,
			       size_t count, bool *found, struct problem *problem);

#endif

/* How a profile is shown: where the kernel's time goes, by item of the fork bill. */
#ifndef FORKCOST_BREAKDOWN_H
#define FORKCOST_BREAKDOWN_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/base/stats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BREAKDOWN_ITEMS_MAX = 32, BREAKDOWN_ARMS_MAX = 256, BREAKDOWN_NAME_MAX = 48 };

/* profile.json, read. */
struct breakdown {
	char machine[200], kernel[100], version[32];
	char event[BREAKDOWN_NAME_MAX], state[WIRE_NAME_MAX], page_kind[WIRE_NAME_MAX];
	uint64_t lost;
	size_t item_count, arm_count;
	struct breakdown_item {
		char name[BREAKDOWN_NAME_MAX];
		uint64_t colour; /* 0xRRGGBB */
	} items[BREAKDOWN_ITEMS_MAX];
	struct breakdown_arm {
		char primitive[WIRE_NAME_MAX], action[WIRE_NAME_MAX];
		uint64_t heap_bytes, windows, samples, profiling, others;
		struct stats_interval shares[BREAKDOWN_ITEMS_MAX]; /* centre NAN: no samples */
	} arms[BREAKDOWN_ARMS_MAX];
};

/* Whether a folder has a profile. */
bool breakdown_is_there(const char *folder);

/* Reads it; anybody may have written it. */
enum outcome breakdown_read(struct breakdown *breakdown, const char *folder,
			    struct problem *problem);

/* Writes the data of kernel-breakdown into FOLDER/plots/data. */
enum outcome breakdown_write(const struct breakdown *breakdown, const char *folder,
			     struct problem *problem);

/* Prints a table a heap. */
void breakdown_print(const struct breakdown *breakdown);

#endif

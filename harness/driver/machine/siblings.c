#include "harness/driver/machine/siblings.h"

#include "harness/common/textfile.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

size_t siblings_parse(const char *list, int cpu, int others[SIBLINGS_MAX])
{
	size_t count = 0;
	while (*list >= '0' && *list <= '9') {
		char *end;
		long first = strtol(list, &end, 10), last = first;
		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		if (last > INT_MAX - 1)
			return count;
		for (long at = first; at <= last && count < SIBLINGS_MAX; at++)
			if (at != cpu)
				others[count++] = (int)at;
		list = end + (*end == ',');
	}
	return count;
}

size_t siblings_of(int cpu, int others[SIBLINGS_MAX])
{
	char path[96], text[TEXTFILE_MAX];
	snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
		 cpu);
	return textfile_read(path, text, sizeof text) ? siblings_parse(text, cpu, others) : 0;
}

#include "harness/driver/analysis/crosscheck.h"

#include "harness/driver/base/fields.h"
#include "harness/driver/base/infile.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More turns than fit into a minute are not looked for. */
enum { TURNS_MAX = 64 };

/* The results of a turn, in hyperfine's order. */
enum command { BARE_MANY, BARE_ONE, ONCE_MANY, ONCE_ONE, COMMANDS };

/* The shortest time of a command: what disturbs a whole command only makes it longer. */
static bool read_shortest(const json_t *results, enum command command, double *shortest_s)
{
	const json_t *times = json_object_get(json_array_get(results, command), "times");
	double time_s;
	*shortest_s = INFINITY;
	for (size_t i = 0; i < json_array_size(times); i++) {
		if (!fields_number(json_array_get(times, i), &time_s))
			return false;
		*shortest_s = fmin(*shortest_s, time_s);
	}
	return isfinite(*shortest_s);
}

struct turns {
	double whole_ns[TURNS_MAX], once_ns[TURNS_MAX], window_ns[TURNS_MAX], ratio[TURNS_MAX];
};

static bool read_turn(const json_t *turn, double spawns, struct turns *turns, size_t i)
{
	double shortest_s[COMMANDS];
	const json_t *results = json_object_get(json_object_get(turn, "hyperfine"), "results");
	if (!fields_number(json_object_get(turn, "window_ns"), &turns->window_ns[i]) ||
	    turns->window_ns[i] <= 0 || json_array_size(results) != COMMANDS)
		return false;
	for (enum command command = 0; command < COMMANDS; command++)
		if (!read_shortest(results, command, &shortest_s[command]))
			return false;
	turns->whole_ns[i] = (shortest_s[BARE_MANY] - shortest_s[BARE_ONE]) / (spawns - 1) * 1e9;
	turns->once_ns[i] = (shortest_s[ONCE_MANY] - shortest_s[ONCE_ONE]) / (spawns - 1) * 1e9;
	turns->ratio[i] = turns->whole_ns[i] / turns->window_ns[i];
	return true;
}

static bool read_entry(const json_t *file, struct crosscheck_entry *entry)
{
	static struct turns turns;
	const json_t *list = json_object_get(file, "turns");
	entry->turns = json_array_size(list);
	if (!fields_count(json_object_get(file, "spawns"), FIELDS_COUNT_MAX, &entry->spawns) ||
	    entry->spawns < 2 || entry->turns < 1 || entry->turns > TURNS_MAX)
		return false;
	for (size_t i = 0; i < entry->turns; i++)
		if (!read_turn(json_array_get(list, i), (double)entry->spawns, &turns, i))
			return false;
	entry->whole_ns = stats_interval(turns.whole_ns, entry->turns);
	entry->once_ns = stats_interval(turns.once_ns, entry->turns);
	entry->window_ns = stats_interval(turns.window_ns, entry->turns);
	entry->ratio = stats_interval(turns.ratio, entry->turns);
	return true;
}

static enum outcome read_file(int folder, const char *folder_name, const char *name,
			      struct crosscheck_entry *entry, struct problem *problem)
{
	FILE *stream = infile_open(folder, folder_name, name, problem);
	json_t *file = stream ? infile_json(stream, folder_name, name, problem) : NULL;
	if (!file)
		return OUTCOME_FAILED;
	bool good = read_entry(file, entry);
	json_decref(file);
	if (good)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot use %s/%s: it has no turns of hyperfine and of our own cell; delete it "
		    "or run scripts/crosscheck again",
		    folder_name, name);
}

const char *crosscheck_verdict(const struct crosscheck_entry *entry)
{
	const struct stats_interval *ratio = &entry->ratio;
	if (!ratio->has_interval || ratio->low <= 0)
		return "inconclusive";
	if (ratio->low >= 1 - CROSSCHECK_TOLERANCE && ratio->high <= 1 + CROSSCHECK_TOLERANCE)
		return "agrees";
	return ratio->low > 1 + CROSSCHECK_TOLERANCE || ratio->high < 1 - CROSSCHECK_TOLERANCE
		       ? "disagrees"
		       : "inconclusive";
}

static int by_heap_and_name(const void *a, const void *b)
{
	const struct crosscheck_entry *left = a, *right = b;
	int names = strcmp(left->primitive, right->primitive);
	if (names)
		return names;
	return (left->heap_bytes > right->heap_bytes) - (left->heap_bytes < right->heap_bytes);
}

/* PRIMITIVE.ACTION.HEAP.json; older versions wrote PRIMITIVE.ACTION.HEAP.N.json. */
static bool is_ours(const char *name, struct crosscheck_entry *entry, bool *is_old)
{
	int stem = 0;
	// NOLINTNEXTLINE(cert-err34-c): a number too large only names no run
	if (sscanf(name, "%31[a-z0-9_].%31[a-z].%" SCNu64 "%n", entry->primitive, entry->action,
		   &entry->heap_bytes, &stem) != 3)
		return false;
	const char *ending = name + stem;
	*is_old = *ending == '.' && strspn(ending + 1, "0123456789") > 0;
	if (*is_old)
		ending += 1 + strspn(ending + 1, "0123456789");
	return strcmp(ending, ".json") == 0;
}

enum outcome crosscheck_read(struct crosscheck *crosscheck, const char *folder,
			     struct problem *problem)
{
	char place[WIRE_PATH_MAX + 160];
	*crosscheck = (struct crosscheck){0};
	snprintf(place, sizeof place, "%s/hyperfine", folder);
	int parent = infile_folder(folder, problem);
	if (parent < 0)
		return OUTCOME_FAILED;
	int below = infile_below(parent, "hyperfine");
	int error = errno;
	close(parent);
	if (below < 0 && error != ENOENT)
		return fail(problem, "cannot read %s: %s; put a folder there, or delete it", place,
			    strerror(error));
	DIR *directory = below < 0 ? NULL : fdopendir(below);
	if (!directory)
		return OUTCOME_OK;
	enum outcome outcome = OUTCOME_OK;
	const struct dirent *file;
	while (!outcome && (file = readdir(directory))) {
		struct crosscheck_entry entry = {.turns = 0};
		bool is_old = false;
		if (!is_ours(file->d_name, &entry, &is_old))
			continue;
		crosscheck->has_old = crosscheck->has_old || is_old;
		if (is_old)
			continue;
		if (crosscheck->count == CROSSCHECKS_MAX)
			break;
		outcome = read_file(below, place, file->d_name, &entry, problem);
		if (!outcome)
			crosscheck->entries[crosscheck->count++] = entry;
	}
	closedir(directory);
	qsort(crosscheck->entries, crosscheck->count, sizeof *crosscheck->entries,
	      by_heap_and_name);
	return outcome;
}

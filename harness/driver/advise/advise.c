#include "harness/driver/advise/advise.h"

#include "harness/common/units.h"
#include "harness/driver/base/notes.h"
#include "harness/driver/show/blocks.h"
#include "harness/driver/show/derived.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_WORDS_MAX = 120 };

/* A remedy: what is measured of it, and what a program has to do for it. `axis` NULL: plain levels. */
static const struct remedy {
	const char *name, *primitive, *axis, *level;
	bool for_aim[ADVISE_AIM_COUNT];
	const char *asks_for;
} all_remedies[] = {
	{"posix_spawn",
	 "posix_spawn",
	 NULL,
	 NULL,
	 {[ADVISE_EXEC] = true},
	 "what comes before exec must be file actions and attributes"},
	{"vfork",
	 "vfork",
	 NULL,
	 NULL,
	 {[ADVISE_EXEC] = true},
	 "the child may only exec or _exit: it runs in the caller's memory"},
	{"CLONE_VM|CLONE_VFORK",
	 "clone_vm_vfork",
	 NULL,
	 NULL,
	 {[ADVISE_EXEC] = true},
	 "the same, on a stack of its own, by a system call without libc"},
	{"a fork server",
	 "fork_server",
	 NULL,
	 NULL,
	 {[ADVISE_EXEC] = true},
	 "start it before the heap grows; pass it descriptors and arguments"},
	{"MADV_DONTFORK",
	 "fork",
	 "advice",
	 "dontfork",
	 {[ADVISE_EXEC] = true},
	 "the child has no heap: it must not touch it before exec"},
	{"a shared heap",
	 "fork",
	 "page_kind",
	 "shared",
	 {[ADVISE_EXEC] = true},
	 "what the child writes there the parent sees"},
	{"huge pages (THP)",
	 "fork",
	 "page_kind",
	 "thp",
	 {true, true},
	 "madvise(MADV_HUGEPAGE); a first write splits the page and copies 4 KiB"},
	{"huge pages of 64 KiB",
	 "fork",
	 "page_kind",
	 "mthp",
	 {true, true},
	 "enable hugepages-64kB for madvise; a first write copies 4 KiB"},
	{"huge pages (hugetlb)",
	 "fork",
	 "page_kind",
	 "hugetlb",
	 {true, true},
	 "reserve them; a first write copies 2 MiB, and may fail"},
	{"frames in order",
	 "fork",
	 "frames",
	 "in-order",
	 {true, true},
	 "fill the heap early and in order, from huge pages that are then split"},
};

static enum axis_id axis_named(const char *name)
{
	enum axis_id axis = 0;
	while (axis < AXIS_COUNT && strcmp(axes[axis].name, name) != 0)
		axis++;
	return axis;
}

/* The rows of a remedy; of fork as it is without one. */
static struct filter rows_of(const struct remedy *remedy, enum advise_aim aim, const char *metric)
{
	struct filter filter = {
		.experiment = "spawn",
		.primitive = remedy ? remedy->primitive : "fork",
		.action = aim == ADVISE_EXEC ? "exec" : "exit",
		.metric = metric,
	};
	enum axis_id axis = remedy && remedy->axis ? axis_named(remedy->axis) : AXIS_COUNT;
	if (axis < AXIS_COUNT)
		filter.level[axis] = remedy->level;
	else if (remedy && remedy->axis) /* a build without the axis */
		filter.primitive = remedy->axis;
	return filter;
}

static struct at_heap spawn_time(const struct summary *summary, const struct remedy *remedy,
				 enum advise_aim aim, uint64_t heap_bytes, const char *metric)
{
	const struct filter filter = rows_of(remedy, aim, metric);
	return at_heap(summary, &filter, heap_bytes);
}

/* The largest heap below at which the run has the remedy; false if there is none. */
static bool find_smaller(const struct summary *summary, const struct remedy *remedy,
			 const struct advise *advise, uint64_t *heap_bytes)
{
	const struct filter filter = rows_of(remedy, advise->aim, "call_ns");
	return filter_middle_heap(summary, &filter, advise->heap_bytes, heap_bytes) &&
	       *heap_bytes < advise->heap_bytes;
}

static struct at_heap write_time(const struct summary *summary, const char *case_name,
				 uint64_t heap_bytes)
{
	const struct filter filter = {
		.experiment = "first_write", .case_name = case_name, .metric = "write_ns"};
	struct at_heap found = at_heap(summary, &filter, heap_bytes);
	uint64_t heaps[1];
	/* Beyond the largest measured heap: there, which is said. */
	if (found.how == AT_NO_HEAP || found.how == AT_BEYOND) {
		struct filter largest = filter;
		if (filter_heaps(summary, &filter, heaps, 1) &&
		    filter_middle_heap(summary, &filter, heap_bytes, &largest.heap_bytes))
			return at_heap(summary, &filter, largest.heap_bytes);
	}
	return found;
}

/* What each running thread adds to a fork, over as many busy processes: the slope that tlb_shootdown's face works out at
 * heap 0, where it is known best. */
static void find_flush(const struct summary *summary, struct advise *advise)
{
	struct derived rows[DERIVED_MAX];
	size_t count = derived_rows(summary, "tlb_shootdown", rows);
	advise->flush = (struct at_heap){.why = "not part of this run"};
	for (size_t i = 0; i < count; i++)
		if (rows[i].heap_bytes == 0 && rows[i].control &&
		    strcmp(rows[i].control, "fork_busy_processes") == 0 &&
		    isfinite(rows[i].value.center))
			advise->flush = (struct at_heap){.how = AT_MEASURED, .time = rows[i].value};
}

/* Of two times that were not taken round by round: errors of logs add up. */
static struct stats_interval ratio_of(const struct stats_interval *whole,
				      const struct stats_interval *part)
{
	double center = whole->center / part->center;
	double half = hypot(stats_relative_half_width(part), stats_relative_half_width(whole));
	return (struct stats_interval){center, center * exp(-half), center * exp(half),
				       .has_interval = true};
}

static void add_remedy(const struct summary *summary, const struct remedy *remedy,
		       struct advise *advise)
{
	const enum advise_aim aim = advise->aim;
	struct advise_remedy *added = &advise->remedies[advise->count++];
	struct at_heap fork = advise->call;
	*added = (struct advise_remedy){.name = remedy->name,
					.asks_for = remedy->asks_for,
					.heap_bytes = advise->heap_bytes};
	added->call = spawn_time(summary, remedy, aim, added->heap_bytes, "call_ns");
	if (added->call.how == AT_NO_HEAP &&
	    find_smaller(summary, remedy, advise, &added->heap_bytes)) {
		added->call = spawn_time(summary, remedy, aim, added->heap_bytes, "call_ns");
		fork = spawn_time(summary, NULL, aim, added->heap_bytes, "call_ns");
	}
	added->end = spawn_time(summary, remedy, aim, added->heap_bytes, "reaped_ns");
	if (added->call.how != AT_NO_HEAP && fork.how != AT_NO_HEAP && fork.time.center > 0 &&
	    added->call.time.center > 0)
		added->times = ratio_of(&fork.time, &added->call.time);
}

static bool is_citable(const struct stats_interval *interval)
{
	return interval->has_interval && stats_width(interval) != STATS_TOO_WIDE;
}

void advise_make(const struct summary *summary, enum advise_aim aim, uint64_t heap_bytes,
		 uint32_t threads, struct advise *advise)
{
	*advise = (struct advise){.aim = aim, .heap_bytes = heap_bytes, .threads = threads};
	advise->call = spawn_time(summary, NULL, aim, heap_bytes, "call_ns");
	advise->end = spawn_time(summary, NULL, aim, heap_bytes, "reaped_ns");
	if (threads)
		find_flush(summary, advise);
	advise->plain_write = write_time(summary, "never_forked", heap_bytes);
	advise->copy_write = write_time(summary, "parent_copy", heap_bytes);
	advise->reuse_write = write_time(
		summary, aim == ADVISE_EXEC ? "after_exec" : "reuse_child_exited", heap_bytes);
	for (size_t i = 0; i < sizeof all_remedies / sizeof *all_remedies; i++)
		if (all_remedies[i].for_aim[aim])
			add_remedy(summary, &all_remedies[i], advise);
	advise->best = advise->count;
	for (size_t i = 0; i < advise->count; i++) {
		const struct advise_remedy *remedy = &advise->remedies[i];
		if (remedy->heap_bytes == heap_bytes && is_citable(&remedy->times) &&
		    remedy->times.low > 1 &&
		    (advise->best == advise->count ||
		     remedy->times.center > advise->remedies[advise->best].times.center))
			advise->best = i;
	}
}

static void put_time(struct grid *grid, const struct at_heap *at)
{
	if (at->how == AT_NO_HEAP)
		grid_cell(grid, "n/a");
	else
		block_interval_cell(grid, &at->time);
}

void advise_table(const struct advise *advise, struct grid *grid)
{
	char heap[UNITS_TEXT_MAX], lacking[GRID_NOTE_MAX] = "";
	units_format_bytes(advise->heap_bytes, heap);
	grid_begin(grid, 1, "instead of %s, heap %s",
		   advise->aim == ADVISE_EXEC ? "fork and exec" : "fork for a snapshot", heap);
	grid_heads(grid, "remedy", "heap", "stands still", "times shorter", "until reaped");
	grid_row(grid);
	grid_cell(grid, "fork, as it is");
	grid_cell(grid, "%s", heap);
	put_time(grid, &advise->call);
	grid_cell(grid, "1");
	put_time(grid, &advise->end);
	for (size_t i = 0; i < advise->count; i++) {
		const struct advise_remedy *remedy = &advise->remedies[i];
		if (remedy->call.how == AT_NO_HEAP) {
			notes_append(lacking, sizeof lacking, "%s%s", *lacking ? ", " : "",
				     remedy->name);
			continue;
		}
		grid_row(grid);
		grid_cell(grid, "%s", remedy->name);
		block_bytes_cell(grid, remedy->heap_bytes);
		put_time(grid, &remedy->call);
		if (remedy->times.has_interval)
			block_number_cell(grid, &remedy->times);
		else
			grid_cell(grid, "n/a");
		put_time(grid, &remedy->end);
	}
	grid_note(grid, "times shorter: fork's time over this one, at the heap of the line; a "
			"smaller heap is the largest at which this run has the remedy");
	if (*lacking)
		grid_note(grid, "not part of this run, or fewer than 5 replicates: %s", lacking);
}

/* How a time was had, where it was not measured at this heap. */
static const char *how_words(const struct at_heap *at, char words[AT_WORDS_MAX])
{
	char from[UNITS_TEXT_MAX], to[UNITS_TEXT_MAX];
	*words = '\0';
	if (at->how == AT_BETWEEN || at->how == AT_BEYOND)
		snprintf(words, AT_WORDS_MAX, " (on the line through heaps of %s and %s%s)",
			 units_format_bytes(at->from_bytes, from),
			 units_format_bytes(at->to_bytes, to),
			 at->how == AT_BEYOND ? ", beyond both" : "");
	return words;
}

static void say_still(const struct advise *advise, char words[ADVISE_WORDS_MAX])
{
	char time[BLOCK_TEXT_MAX], how[AT_WORDS_MAX];
	if (advise->call.how == AT_NO_HEAP)
		snprintf(words, ADVISE_WORDS_MAX, "How long fork stands still is unavailable: %s.",
			 advise->call.why);
	else
		snprintf(words, ADVISE_WORDS_MAX, "In each fork the program stands still for %s%s.",
			 block_interval(&advise->call.time, time), how_words(&advise->call, how));
}

static void say_threads(const struct advise *advise, char words[ADVISE_WORDS_MAX])
{
	char time[BLOCK_TEXT_MAX];
	if (advise->threads == 0)
		snprintf(words, ADVISE_WORDS_MAX, "%s", "");
	else if (advise->flush.how == AT_NO_HEAP)
		snprintf(words, ADVISE_WORDS_MAX,
			 "What running threads add, whose CPUs must flush their TLBs, is "
			 "unavailable: %s.",
			 advise->flush.why);
	else
		snprintf(words, ADVISE_WORDS_MAX,
			 "Each of its threads that runs on another CPU makes fork longer by %s, "
			 "since "
			 "that CPU must flush its TLB (measured at heap 0, less what as many busy "
			 "processes do).",
			 block_difference(&advise->flush.time, time));
}

/* In how large a heap, where that is not the one asked for; what is more in a larger heap. */
static const char *where_words(const struct advise *advise, const struct at_heap *at,
			       char words[AT_WORDS_MAX])
{
	char heap[UNITS_TEXT_MAX];
	*words = '\0';
	if (at->from_bytes != advise->heap_bytes && at->how == AT_MEASURED)
		snprintf(words, AT_WORDS_MAX, " (in a heap of %s; more in a larger one)",
			 units_format_bytes(at->from_bytes, heap));
	return words;
}

static void say_writes(const struct advise *advise, char words[ADVISE_WORDS_MAX])
{
	char plain[BLOCK_TEXT_MAX], copy[BLOCK_TEXT_MAX], reuse[BLOCK_TEXT_MAX],
		all[UNITS_TEXT_MAX], where[AT_WORDS_MAX];
	const struct at_heap *first =
		advise->aim == ADVISE_EXEC ? &advise->reuse_write : &advise->copy_write;
	const double pages = (double)advise->heap_bytes / 4096;
	if (first->how == AT_NO_HEAP || advise->plain_write.how == AT_NO_HEAP ||
	    advise->reuse_write.how == AT_NO_HEAP) {
		snprintf(words, ADVISE_WORDS_MAX,
			 "How much slower its writes are afterwards is unavailable: first_write is "
			 "not part of this run.");
		return;
	}
	block_interval(&advise->plain_write.time, plain);
	block_interval(&advise->copy_write.time, copy);
	block_interval(&advise->reuse_write.time, reuse);
	where_words(advise, first, where);
	units_format_ns(pages * first->time.center, all);
	if (advise->aim == ADVISE_EXEC)
		snprintf(words, ADVISE_WORDS_MAX,
			 "Afterwards its first write to each page of 4 KiB takes %s instead of "
			 "%s%s, also long after the child's exec: about %s if all %.0f pages are "
			 "written. Refilling caches and TLB comes on top.",
			 reuse, plain, where, all, pages);
	else
		snprintf(words, ADVISE_WORDS_MAX,
			 "While the child lives its first write to each page of 4 KiB takes %s "
			 "instead of %s%s: about %s if all %.0f pages are written. For those not "
			 "yet written when the child is gone it takes %s. Refilling caches and TLB "
			 "comes on top.",
			 copy, plain, where, all, pages, reuse);
}

static void say_best(const struct advise *advise, char words[ADVISE_WORDS_MAX])
{
	char time[BLOCK_TEXT_MAX], instead[BLOCK_TEXT_MAX];
	if (advise->best == advise->count) {
		snprintf(words, ADVISE_WORDS_MAX,
			 "No remedy that this run measured is clearly shorter than fork.");
		return;
	}
	const struct advise_remedy *best = &advise->remedies[advise->best];
	snprintf(words, ADVISE_WORDS_MAX,
		 "The shortest: %s. The program stands still for %s instead of %s.", best->name,
		 block_interval(&best->call.time, time),
		 block_interval(&advise->call.time, instead));
}

const char *advise_words(const struct advise *advise, size_t index, char words[ADVISE_WORDS_MAX])
{
	static void (*const says[])(const struct advise *, char[ADVISE_WORDS_MAX]) = {
		say_still, say_threads, say_writes, say_best};
	if (index >= sizeof says / sizeof *says)
		return NULL;
	says[index](advise, words);
	return words;
}

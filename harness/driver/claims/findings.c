#include "harness/driver/claims/findings.h"

#include "harness/driver/claims/compute.h"
#include "harness/driver/machine/machine.h"

#define OF(e, c, m)                                                \
	{                                                          \
		.experiment = (e), .case_name = (c), .metric = (m) \
	}
#define WRITES(c, m) OF("first_write", c, m)
#define INHERITS(c, m) OF("inherit", c, m)
#define SPAWNS(p, a, s, m)                                                                        \
	{                                                                                         \
		.experiment = "spawn", .primitive = (p), .action = (a), .level[AXIS_STATE] = (s), \
		.metric = (m)                                                                     \
	}
/* A metric of a case beside its pages, and one of two cases. */
#define OF_PAGES(experiment, c, m) experiment(c, m), experiment(c, "pages")
#define CASES(experiment, one, other, m) experiment(one, m), experiment(other, m)
#define FORK_OVER_VFORK \
	SPAWNS("fork", "exec", "dirty", "reaped_ns"), SPAWNS("vfork", "exec", "dirty", "reaped_ns")

#define ROW(id, name, words, unit, take, parameter, ...) \
	[id] = {name, words, FINDING_##unit, compute_##take, __VA_ARGS__, parameter}

static const struct definition definitions[FINDING_COUNT] = {
	ROW(FRAMES_SHARED, "frames_shared", "pages of a forked child in its caller's frames", SHARE,
	    share, 0, OF_PAGES(INHERITS, "forked", "frames_shared")),
	ROW(TABLES_COPIED, "tables_copied", "pages of page tables that the child has for the heap",
	    COUNTS, count_difference, 0, CASES(INHERITS, "forked", "without_heap", "child_tables")),
	ROW(TABLES_SHARED, "tables_shared_memory",
	    "pages of page tables that the child has for shared memory of that size", COUNTS,
	    count_difference, 0, CASES(INHERITS, "shared_memory", "without_heap", "child_tables")),
	ROW(TABLES_FILE, "tables_file_memory",
	    "pages of page tables that the child has for a file mapping never written", COUNTS,
	    count_difference, 0, CASES(INHERITS, "file_memory", "without_heap", "child_tables")),
	ROW(CHANGED_ALONE, "changed_alone", "entries that change when the child writes one page",
	    COUNTS, count_difference, 0, INHERITS("wrote_one", "pages"),
	    INHERITS("wrote_one", "frames_shared")),
	ROW(FAULTS_CHILD_COPY, "faults_child_copy",
	    "page faults per page when the child writes first", COUNTS, share, 0,
	    OF_PAGES(WRITES, "child_copy", "faults")),
	ROW(FAULTS_PARENT_COPY, "faults_parent_copy",
	    "page faults per page when the caller writes first", COUNTS, share, 0,
	    OF_PAGES(WRITES, "parent_copy", "faults")),
	ROW(FRAMES_CHILD_COPY, "frames_child_copy",
	    "pages in another frame after the child's write", SHARE, share, 0,
	    OF_PAGES(WRITES, "child_copy", "frames_changed")),
	ROW(FRAMES_PARENT_COPY, "frames_parent_copy",
	    "pages in another frame after the caller's write", SHARE, share, 0,
	    OF_PAGES(WRITES, "parent_copy", "frames_changed")),
	ROW(FAULTS_REUSE, "faults_reuse", "page faults per page when the last owner writes", COUNTS,
	    share, 0, OF_PAGES(WRITES, "reuse_child_exited", "faults")),
	ROW(FRAMES_REUSE, "frames_reuse", "pages in another frame after the last owner's write",
	    COUNTS, count, 0, OF_PAGES(WRITES, "reuse_child_exited", "frames_changed")),
	ROW(COPY_OVER_REUSE, "copy_over_reuse",
	    "a write that copies a page, against one by the last owner", TIMES, time_ratio, 0,
	    CASES(WRITES, "parent_copy", "reuse_child_exited", "write_ns")),
	ROW(REUSE_OVER_PLAIN, "reuse_over_plain", "a write by the last owner, against a plain one",
	    TIMES, time_ratio, 0, CASES(WRITES, "reuse_child_exited", "never_forked", "write_ns")),
	ROW(SWITCH_ADDS, "switch_adds", "what separate memory adds to a switch between processes",
	    NS, switch, 0, OF("switch", "separate", "switch_ns"),
	    OF("switch", "shared", "switch_ns")),
	ROW(AFTER_EXEC_OVER_PLAIN, "after_exec_over_plain",
	    "the caller's first write after fork and exec, against one without a fork", TIMES,
	    time_ratio, 0, CASES(WRITES, "after_exec", "never_forked", "write_ns")),
	ROW(AFTER_EXEC_OVER_VFORK, "after_exec_over_vfork",
	    "the caller's first write after fork and exec, against one after vfork and exec", TIMES,
	    time_ratio, 0, CASES(WRITES, "after_exec", "after_vfork", "write_ns")),
	ROW(AFTER_EXEC_OVER_SPAWN, "after_exec_over_posix_spawn",
	    "the caller's first write after fork and exec, against one after posix_spawn", TIMES,
	    time_ratio, 0, CASES(WRITES, "after_exec", "after_posix_spawn", "write_ns")),
	ROW(BEFORE_OVER_AFTER_EXEC, "before_over_after_exec",
	    "the caller's first write before the child's exec, against one after it", TIMES,
	    time_ratio, 0, CASES(WRITES, "before_exec", "after_exec", "write_ns")),
	ROW(MAPPINGS_EXECED, "mappings_after_exec",
	    "map count of each of the caller's pages after exec", COUNTS, share, 0,
	    OF_PAGES(INHERITS, "after_exec", "mappings")),
	ROW(RESIDENT_EXECED, "resident_after_exec",
	    "pages that the new program has resident, all its own", COUNTS, count, 0,
	    OF_PAGES(INHERITS, "after_exec", "child_resident")),
	ROW(CALLER_UNTOUCHED, "caller_untouched",
	    "pages of the caller in another frame after the child wrote one", COUNTS, count, 0,
	    OF_PAGES(INHERITS, "wrote_one", "caller_frames_changed")),
	ROW(FRAMES_AFTER_EXEC, "frames_after_exec",
	    "pages in another frame after the caller's first write after exec", COUNTS, count, 0,
	    OF_PAGES(WRITES, "after_exec", "frames_changed")),
	ROW(DIRTY_OVER_WRITE_PROTECTED, "dirty_over_write_protected",
	    "the call of fork with a dirty heap, against one with a write-protected heap", TIMES,
	    states, 0, SPAWNS("fork", "exec", "dirty", "call_ns"),
	    SPAWNS("fork", "exec", "write-protected", "call_ns")),
	ROW(MARKING_SHARE, "marking_share",
	    "write-protecting, as part of the extra time of fork and exec over vfork and exec",
	    SHARE, share_of_difference, 0, FORK_OVER_VFORK),
	ROW(TABLES_SHARE, "tables_share",
	    "the rest of it: copying and freeing page tables, and related work", SHARE,
	    share_of_difference, 1, FORK_OVER_VFORK),
	ROW(THREAD_ADDS, "thread_adds", "what each running thread adds to a fork, by the TLB flush",
	    NS, thread, 0, OF("tlb_shootdown", "fork_running", "call_ns"),
	    OF("tlb_shootdown", "fork_busy_processes", "call_ns")),
	ROW(FORK_OVER_VFORK_SMALLEST, "fork_over_vfork_smallest",
	    "fork and exec, against vfork and exec, smallest heap", TIMES, win, SMALLEST_HEAP,
	    FORK_OVER_VFORK),
	ROW(FORK_OVER_VFORK_LARGEST, "fork_over_vfork_largest",
	    "fork and exec, against vfork and exec, largest heap", TIMES, win, LARGEST_HEAP,
	    FORK_OVER_VFORK),
	ROW(WRITE_PROTECTED_OVER_VFORK_LARGEST, "write_protected_over_vfork_largest",
	    "the same with a heap that is write-protected already, largest heap", TIMES, win,
	    LARGEST_HEAP, SPAWNS("fork", "exec", "write-protected", "reaped_ns"),
	    SPAWNS("vfork", "exec", "write-protected", "reaped_ns")),
	ROW(FORK_OVER_VFORK_GROWTH, "fork_over_vfork_growth",
	    "how much more at the largest heap than at the smallest", TIMES, growth, 0,
	    FORK_OVER_VFORK),
	ROW(WINS_2, "vfork_wins_2_from",
	    "vfork and exec take half as long, or less, from a heap of", BYTES, win_from, 2,
	    FORK_OVER_VFORK),
	ROW(WINS_10, "vfork_wins_10_from", "a tenth from", BYTES, win_from, 10, FORK_OVER_VFORK),
	ROW(WINS_100, "vfork_wins_100_from", "a hundredth from", BYTES, win_from, 100,
	    FORK_OVER_VFORK),
	ROW(EAGER_OVER_FORK, "eager_over_fork",
	    "a fork that copies all memory, against fork, largest heap", TIMES, win, LARGEST_HEAP,
	    SPAWNS("eager_copy", "exit", "dirty", "reaped_ns"),
	    SPAWNS("fork", "exit", "dirty", "reaped_ns")),
};

const char *finding_name(enum finding_id id)
{
	return definitions[id].name;
}

const char *finding_words(enum finding_id id)
{
	return definitions[id].words;
}

enum finding_unit finding_unit(enum finding_id id)
{
	return definitions[id].unit;
}

const char *finding_experiment(enum finding_id id)
{
	return definitions[id].one.experiment;
}

bool finding_is_count(enum finding_id id)
{
	compute_finding *take = definitions[id].take;
	return take == compute_share || take == compute_count || take == compute_count_difference;
}

enum outcome findings_make(const struct summary *summary, struct finding findings[FINDING_COUNT],
			   struct problem *problem)
{
	bool emulated = machine_was_emulated(summary->dataset->environment);
	for (size_t i = 0; i < FINDING_COUNT; i++) {
		findings[i] = (struct finding){0};
		if (emulated && !finding_is_count((enum finding_id)i))
			compute_unknown(&findings[i], "times of an emulated machine are not used");
		else if (definitions[i].take(summary, &definitions[i], &findings[i], problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

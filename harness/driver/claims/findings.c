#include "harness/driver/claims/findings.h"

#include "harness/driver/claims/takes.h"
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
#define FORK_OVER_VFORK \
	SPAWNS("fork", "exec", "dirty", "reaped_ns"), SPAWNS("vfork", "exec", "dirty", "reaped_ns")

static const struct definition definitions[FINDING_COUNT] = {
	[FRAMES_ALIKE] = {"frames_alike", "pages of a forked child in its caller's frames",
			  FINDING_SHARE, take_share, INHERITS("forked", "frames_alike"),
			  INHERITS("forked", "pages"), 0},
	[TABLES_COPIED] = {"tables_copied", "pages of page tables that the child has for the heap",
			   FINDING_COUNTS, take_count_difference,
			   INHERITS("forked", "child_tables"),
			   INHERITS("without_heap", "child_tables"), 0},
	[TABLES_SHARED] = {"tables_shared_memory",
			   "pages of page tables that it has for shared memory of that size",
			   FINDING_COUNTS, take_count_difference,
			   INHERITS("shared_memory", "child_tables"),
			   INHERITS("without_heap", "child_tables"), 0},
	[TABLES_FILE] = {"tables_file_memory",
			 "pages of page tables that it has for a file mapping never written",
			 FINDING_COUNTS, take_count_difference,
			 INHERITS("file_memory", "child_tables"),
			 INHERITS("without_heap", "child_tables"), 0},
	[CHANGED_ALONE] = {"changed_alone", "entries that change when the child writes one page",
			   FINDING_COUNTS, take_count_difference, INHERITS("wrote_one", "pages"),
			   INHERITS("wrote_one", "frames_alike"), 0},
	[FAULTS_CHILD_COPY] = {"faults_child_copy",
			       "page faults a page when the child writes first", FINDING_COUNTS,
			       take_share, WRITES("child_copy", "faults"),
			       WRITES("child_copy", "pages"), 0},
	[FAULTS_PARENT_COPY] = {"faults_parent_copy",
				"page faults a page when the caller writes first", FINDING_COUNTS,
				take_share, WRITES("parent_copy", "faults"),
				WRITES("parent_copy", "pages"), 0},
	[FRAMES_CHILD_COPY] = {"frames_child_copy",
			       "pages in another frame after the child's write", FINDING_SHARE,
			       take_share, WRITES("child_copy", "frames_changed"),
			       WRITES("child_copy", "pages"), 0},
	[FRAMES_PARENT_COPY] = {"frames_parent_copy",
				"pages in another frame after the caller's write", FINDING_SHARE,
				take_share, WRITES("parent_copy", "frames_changed"),
				WRITES("parent_copy", "pages"), 0},
	[FAULTS_TAKE_BACK] = {"faults_take_back", "page faults a page when the last owner writes",
			      FINDING_COUNTS, take_share, WRITES("take_back_exited", "faults"),
			      WRITES("take_back_exited", "pages"), 0},
	[FRAMES_TAKE_BACK] = {"frames_take_back",
			      "pages in another frame after the last owner's write", FINDING_COUNTS,
			      take_count, WRITES("take_back_exited", "frames_changed"),
			      WRITES("take_back_exited", "pages"), 0},
	[COPY_OVER_TAKE_BACK] = {"copy_over_take_back",
				 "a write that copies a page, against one by the last owner",
				 FINDING_TIMES, take_time_ratio, WRITES("parent_copy", "write_ns"),
				 WRITES("take_back_exited", "write_ns"), 0},
	[TAKE_BACK_OVER_PLAIN] = {"take_back_over_plain",
				  "a write by the last owner, against a plain one", FINDING_TIMES,
				  take_time_ratio, WRITES("take_back_exited", "write_ns"),
				  WRITES("never_forked", "write_ns"), 0},
	[SWITCH_ADDS] = {"switch_adds", "what separate memory adds to a switch of processes",
			 FINDING_NS, take_switch, OF("switch", "separate", "switch_ns"),
			 OF("switch", "shared", "switch_ns"), 0},
	[AFTER_EXEC_OVER_PLAIN] =
		{"after_exec_over_plain",
		 "the caller's first write after fork and exec, against one without a fork",
		 FINDING_TIMES, take_time_ratio, WRITES("after_exec", "write_ns"),
		 WRITES("never_forked", "write_ns"), 0},
	[AFTER_EXEC_OVER_VFORK] =
		{"after_exec_over_vfork",
		 "the caller's first write after fork and exec, against one after vfork and exec",
		 FINDING_TIMES, take_time_ratio, WRITES("after_exec", "write_ns"),
		 WRITES("after_vfork", "write_ns"), 0},
	[AFTER_EXEC_OVER_SPAWN] =
		{"after_exec_over_posix_spawn",
		 "the caller's first write after fork and exec, against one after posix_spawn",
		 FINDING_TIMES, take_time_ratio, WRITES("after_exec", "write_ns"),
		 WRITES("after_posix_spawn", "write_ns"), 0},
	[BEFORE_OVER_AFTER_EXEC] =
		{"before_over_after_exec",
		 "the caller's first write before the child's exec, against one after it",
		 FINDING_TIMES, take_time_ratio, WRITES("before_exec", "write_ns"),
		 WRITES("after_exec", "write_ns"), 0},
	[MAPPINGS_EXECED] = {"mappings_after_exec",
			     "how often a page of the caller's is mapped after exec",
			     FINDING_COUNTS, take_share, INHERITS("execed", "mappings"),
			     INHERITS("execed", "pages"), 0},
	[RESIDENT_EXECED] = {"resident_after_exec",
			     "pages that the new program has resident, all its own", FINDING_COUNTS,
			     take_count, INHERITS("execed", "child_resident"),
			     INHERITS("execed", "pages"), 0},
	[CALLER_UNTOUCHED] =
		{"caller_untouched",
		 "pages of the caller's in another frame when the child has written one",
		 FINDING_COUNTS, take_count, INHERITS("wrote_one", "caller_changed"),
		 INHERITS("wrote_one", "pages"), 0},
	[FRAMES_AFTER_EXEC] = {"frames_after_exec",
			       "pages in another frame after the caller's first write after exec",
			       FINDING_COUNTS, take_count, WRITES("after_exec", "frames_changed"),
			       WRITES("after_exec", "pages"), 0},
	[DIRTY_OVER_CLEAN] = {"dirty_over_clean",
			      "the call of fork with a dirty heap, against one with a clean heap",
			      FINDING_TIMES, take_states,
			      SPAWNS("fork", "exec", "dirty", "call_ns"),
			      SPAWNS("fork", "exec", "clean", "call_ns"), 0},
	[MARKING_SHARE] =
		{"marking_share",
		 "write-protecting, as part of what fork and exec take longer than vfork and exec",
		 FINDING_SHARE, take_share_of_difference, FORK_OVER_VFORK, 0},
	[TABLES_SHARE] =
		{"tables_share",
		 "the rest of that: page tables, copied and torn down, and what belongs to them",
		 FINDING_SHARE, take_share_of_difference, FORK_OVER_VFORK, 1},
	[THREAD_ADDS] = {"thread_adds", "what each running thread adds to a fork, by the TLB flush",
			 FINDING_NS, take_thread, OF("tlb_shootdown", "fork_running", "call_ns"),
			 OF("tlb_shootdown", "fork_busy_others", "call_ns"), 0},
	[FORK_OVER_VFORK_SMALLEST] = {"fork_over_vfork_smallest",
				      "fork and exec, against vfork and exec, smallest heap",
				      FINDING_TIMES, take_win, FORK_OVER_VFORK, SMALLEST_HEAP},
	[FORK_OVER_VFORK_LARGEST] = {"fork_over_vfork_largest",
				     "fork and exec, against vfork and exec, largest heap",
				     FINDING_TIMES, take_win, FORK_OVER_VFORK, LARGEST_HEAP},
	[CLEAN_OVER_VFORK_LARGEST] =
		{"clean_over_vfork_largest",
		 "the same with a clean heap, so without write-protecting, largest heap",
		 FINDING_TIMES, take_win, SPAWNS("fork", "exec", "clean", "reaped_ns"),
		 SPAWNS("vfork", "exec", "clean", "reaped_ns"), LARGEST_HEAP},
	[FORK_OVER_VFORK_GROWTH] = {"fork_over_vfork_growth",
				    "how much more at the largest heap than at the smallest",
				    FINDING_TIMES, take_growth, FORK_OVER_VFORK, 0},
	[WINS_2] = {"vfork_wins_2_from",
		    "vfork and exec take half as long, or less, from a heap of", FINDING_BYTES,
		    take_win_from, FORK_OVER_VFORK, 2},
	[WINS_10] = {"vfork_wins_10_from", "a tenth from", FINDING_BYTES, take_win_from,
		     FORK_OVER_VFORK, 10},
	[WINS_100] = {"vfork_wins_100_from", "a hundredth from", FINDING_BYTES, take_win_from,
		      FORK_OVER_VFORK, 100},
	[EAGER_OVER_FORK] = {"eager_over_fork",
			     "a fork that copies all memory, against fork, largest heap",
			     FINDING_TIMES, take_win,
			     SPAWNS("eager_copy", "exit", "dirty", "reaped_ns"),
			     SPAWNS("fork", "exit", "dirty", "reaped_ns"), LARGEST_HEAP},
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
	take_finding *take = definitions[id].take;
	return take == take_share || take == take_count || take == take_count_difference;
}

enum outcome findings_make(const struct summary *summary, struct finding findings[FINDING_COUNT],
			   struct problem *problem)
{
	bool emulated = machine_was_emulated(summary->dataset->environment);
	for (size_t i = 0; i < FINDING_COUNT; i++) {
		findings[i] = (struct finding){0};
		if (emulated && !finding_is_count((enum finding_id)i))
			take_unknown(&findings[i], "times of an emulated machine say nothing");
		else if (definitions[i].take(summary, &definitions[i], &findings[i], problem))
			return OUTCOME_FAILED;
	}
	return OUTCOME_OK;
}

#include "harness/driver/claims/claims.h"

#include "harness/driver/base/notes.h"

const struct claim claims[CLAIM_COUNT] = {
	[C1] = {"C1",
		"After fork the same virtual address in both processes leads to the same physical "
		"page.",
		NULL, NULL},
	[C2] = {"C2",
		"They are two separate sets of page tables that happen to hold identical entries.",
		NULL, NULL},
	[C3] = {"C3",
		"A write by either process, no matter which, faults; the kernel copies the page "
		"and the writer goes on at the same virtual address with another frame.",
		"first-write-cdf", NULL},
	[C4] = {"C4",
		"The other process's entry is untouched, but once a page has a single owner it "
		"becomes writable again without a copy.",
		"first-write-cdf", NULL},
	[C5] = {"C5",
		"At a switch between two processes the MMU must be told; depending on the CPU, by "
		"a register or by tables.",
		"switch", NULL},
	[C6] = {"C6",
		"Forking to run another program through exec slows down the first write to any "
		"page of the caller.",
		"first-write-by-heap", NULL},
	[C7] = {"C7", "That penalty lasts only until the child calls exec.", "first-write-cdf",
		NULL},
	[C8] = {"C8", "exec drops the child's claim on the caller's pages.", NULL, NULL},
	[C9] = {"C9",
		"vfork exists to avoid marking a large program's whole address space copy-on-write "
		"and undoing that at exec.",
		"spawn-by-heap", NULL},
	[C10] = {"C10",
		 "On a modern CPU, copying page tables and flushing TLBs alone keeps vfork a "
		 "significant win, the more so the larger the caller.",
		 "ratio-to-fork-by-heap", NULL},
	[C11] = {"C11",
		 "vfork is mostly obsolete: with copy-on-write it is only a minor improvement.",
		 "ratio-to-fork-by-heap", NULL},
	[C12] = {"C12", "The first Unix fork copied the whole process.", "spawn-by-heap",
		 "it is history, which no run can show; a run can show what such a fork would cost "
		 "here"},
	[C13] = {"C13", "After fork a transparent huge page is copied whole at the first write.",
		 "first-write-by-page-kind", NULL},
	[C14] = {"C14", "vfork stops all threads of the caller.", "thread-gap", NULL},
	[C15] = {"C15", "posix_spawn is fork and exec inside.", "spawn-by-heap", NULL},
	[C16] = {"C16", "CLONE_VFORK is enough to avoid fork's cost.", "spawn-by-heap", NULL},
	[C17] = {"C17", "Fork of a database copies its shared memory's page tables.", "inherit",
		 NULL},
	[C18] = {"C18", "Fork's cost goes with the resident set.", "spawn-by-heap", NULL},
};

static const char lazily[] =
	"not at once: the kernel does not give the right to write back, so the owner's next write "
	"to each page still takes a fault, which is cheaper than a copy but not free";
static const char not_all_tables[] =
	"page tables of shared memory and of file mappings that were never written are not copied "
	"at all: the child's accesses fault them in";
static const char splits[] = "the fault splits the huge page's entry and copies the 4 KiB written "
			     "to; each further 4 KiB "
			     "takes a fault of its own";
static const char only_caller[] = "only the calling thread waits for the child; the others go on";
static const char as_vfork[] = "the child shares the caller's memory until the exec, as vfork's "
			       "does, so no page is marked "
			       "copy-on-write and the heap costs nothing";
static const char by_sharing[] = "CLONE_VFORK makes the caller wait, and no more; what spares the "
				 "copy of the page tables is "
				 "CLONE_VM";
static const char not_shared[] =
	"page tables of shared memory are not copied: the child's accesses fault them in";

/* The thresholds, in rows alike in shape, since each is a rule of its own. Counts leave no doubt, so they
 * must be exact, but for the up to 31 pages that the kernel copies where it could have taken them back,
 * since a list of the CPU's still holds them. Times must differ by 10 % to be called different, and by half
 * where a fault is distinguished from none. Twice as fast is a significant win, less is a minor improvement. */
const struct rule claim_rules[] = {
	{C1, REQUIRED, FRAMES_SHARED, AT_LEAST, 1, NULL},

	{C2, REQUIRED, TABLES_COPIED, AT_LEAST, 1, NULL},
	{C2, REQUIRED, FRAMES_SHARED, AT_LEAST, 1, NULL},
	{C2, REQUIRED, CHANGED_ALONE, AT_LEAST, 1, NULL},
	{C2, REQUIRED, CHANGED_ALONE, AT_MOST, 1, NULL},
	{C2, CORRECTS, TABLES_SHARED, AT_MOST, 0, not_all_tables},
	{C2, CORRECTS, TABLES_FILE, AT_MOST, 0, not_all_tables},

	{C3, REQUIRED, FAULTS_CHILD_COPY, AT_LEAST, 1, NULL},
	{C3, REQUIRED, FAULTS_CHILD_COPY, AT_MOST, 1, NULL},
	{C3, REQUIRED, FRAMES_CHILD_COPY, AT_LEAST, 1, NULL},
	{C3, REQUIRED, FAULTS_PARENT_COPY, AT_LEAST, 1, NULL},
	{C3, REQUIRED, FAULTS_PARENT_COPY, AT_MOST, 1, NULL},
	{C3, REQUIRED, FRAMES_PARENT_COPY, AT_LEAST, 1, NULL},

	{C4, REQUIRED, CALLER_UNTOUCHED, AT_MOST, 0, NULL},
	{C4, REQUIRED, FRAMES_REUSE, AT_MOST, 31, NULL},
	{C4, REQUIRED, COPY_OVER_REUSE, AT_LEAST, 1.1, NULL},
	{C4, CORRECTS, FAULTS_REUSE, AT_LEAST, 1, lazily},
	{C4, SHOWN, REUSE_OVER_PLAIN, AT_LEAST, 0, NULL},

	{C5, SUPPORTS, SWITCH_ADDS, AT_LEAST, 1, NULL},

	{C6, REQUIRED, AFTER_EXEC_OVER_PLAIN, AT_LEAST, 1.5, NULL},
	{C6, REQUIRED, AFTER_EXEC_OVER_VFORK, AT_LEAST, 1.5, NULL},
	{C6, REQUIRED, AFTER_EXEC_OVER_SPAWN, AT_LEAST, 1.5, NULL},

	{C7, REQUIRED, BEFORE_OVER_AFTER_EXEC, AT_LEAST, 1.1, NULL},
	{C7, DENIES, AFTER_EXEC_OVER_PLAIN, AT_LEAST, 1.5,
	 "only the copying ends then; after exec each first write still takes a fault that reuses "
	 "the page, which is cheaper than a copy but not free"},

	{C8, REQUIRED, MAPPINGS_EXECED, AT_MOST, 1, NULL},
	{C8, REQUIRED, FRAMES_AFTER_EXEC, AT_MOST, 31, NULL},
	{C8, SHOWN, RESIDENT_EXECED, AT_LEAST, 0, NULL},

	{C9, REQUIRED, DIRTY_OVER_WRITE_PROTECTED, AT_LEAST, 1.05, NULL},
	{C9, REQUIRED, FORK_OVER_VFORK_LARGEST, AT_LEAST, 1.1, NULL},
	{C9, DENIES, AFTER_EXEC_OVER_PLAIN, AT_LEAST, 1.5,
	 "exec undoes nothing: the caller still pays a fault at its next write to each page, and "
	 "vfork avoids this too"},
	{C9, CORRECTS, MARKING_SHARE, AT_MOST, 0.5,
	 "within fork and exec themselves write-protecting is the smaller part: most of the time "
	 "goes into copying entries, with their counts, and freeing them"},

	{C10, REQUIRED, FORK_OVER_VFORK_LARGEST, AT_LEAST, 2, NULL},
	{C10, REQUIRED, WRITE_PROTECTED_OVER_VFORK_LARGEST, AT_LEAST, 2, NULL},
	{C10, REQUIRED, FORK_OVER_VFORK_GROWTH, AT_LEAST, 1.5, NULL},
	{C10, SHOWN, MARKING_SHARE, AT_LEAST, 0, NULL},
	{C10, SHOWN, TABLES_SHARE, AT_LEAST, 0, NULL},
	{C10, SHOWN, THREAD_ADDS, AT_LEAST, 0, NULL},
	{C10, SHOWN, WINS_2, AT_LEAST, 0, NULL},
	{C10, SHOWN, WINS_10, AT_LEAST, 0, NULL},
	{C10, SHOWN, WINS_100, AT_LEAST, 0, NULL},

	{C11, REQUIRED, FORK_OVER_VFORK_LARGEST, AT_MOST, 2, NULL},
	{C11, SHOWN, FORK_OVER_VFORK_SMALLEST, AT_LEAST, 0, NULL},
	{C11, SHOWN, WINS_2, AT_LEAST, 0, NULL},
	{C11, SHOWN, WINS_10, AT_LEAST, 0, NULL},
	{C11, SHOWN, WINS_100, AT_LEAST, 0, NULL},

	{C12, SHOWN, EAGER_OVER_FORK, AT_LEAST, 0, NULL},

	{C13, REQUIRED, THP_BYTES_A_FAULT, AT_LEAST, HUGE_BYTES, splits},
	{C13, SHOWN, HUGETLB_BYTES_A_FAULT, AT_LEAST, 0, NULL},
	{C13, SHOWN, THP_COPY_OVER_4K, AT_LEAST, 0, NULL},
	{C13, SHOWN, COPY_THP, AT_LEAST, 0, NULL},
	{C13, SHOWN, COPY_HUGETLB, AT_LEAST, 0, NULL},

	{C14, REQUIRED, THREAD_STOOD_VFORK, AT_LEAST, 0.9, only_caller},
	{C14, SHOWN, THREAD_STOOD_IDLE, AT_LEAST, 0, NULL},
	{C14, SHOWN, THREAD_GAP_VFORK, AT_LEAST, 0, NULL},
	{C14, SHOWN, THREAD_GAP_FORK, AT_LEAST, 0, NULL},

	{C15, REQUIRED, FAULTS_AFTER_SPAWN, AT_LEAST, 1, as_vfork},
	{C15, SHOWN, FAULTS_AFTER_EXEC, AT_LEAST, 0, NULL},
	{C15, REQUIRED, FORK_OVER_SPAWN_LARGEST, AT_MOST, 1.1, as_vfork},
	{C15, SHOWN, SPAWN_GROWTH, AT_LEAST, 0, NULL},

	{C16, REQUIRED, FORK_OVER_CLONE_VFORK_LARGEST, AT_LEAST, 2, by_sharing},
	{C16, REQUIRED, CLONE_VFORK_OVER_VFORK_LARGEST, AT_MOST, 2, by_sharing},
	{C16, SHOWN, CLONE_VM_VFORK_OVER_VFORK_LARGEST, AT_LEAST, 0, NULL},

	{C17, REQUIRED, TABLES_SHARED, AT_LEAST, 1, not_shared},
	{C17, REQUIRED, SHARED_OVER_PRIVATE, AT_LEAST, 0.5, not_shared},
	{C17, SHOWN, TABLES_COPIED, AT_LEAST, 0, NULL},

	{C18, REQUIRED, FORK_GROWTH, AT_LEAST, 1.5, NULL},
	{C18, DENIES, SPREAD_OVER_DENSE, AT_LEAST, 1.5,
	 "the same pages cost more spread over address space, for it takes more page tables to "
	 "copy"},
	{C18, DENIES, THP_OVER_4K, AT_MOST, 0.67,
	 "in huge pages the same memory costs less, for fork copies an entry for 2 MiB"},
	{C18, DENIES, MAPPINGS_OVER_ONE, AT_LEAST, 1.5,
	 "divided into mappings it costs more, for each is copied as well"},
};

const size_t claim_rule_count = sizeof claim_rules / sizeof *claim_rules;

const char *claim_ruling_words(enum ruling ruling)
{
	static const char *const words[] = {
		[RULING_HOLDS] = "holds",       [RULING_CORRECTED] = "holds, with this correction",
		[RULING_HALF] = "half right",   [RULING_REFUTED] = "does not hold here",
		[RULING_OPEN] = "inconclusive",
	};
	return words[ruling];
}

bool claim_rule_corrects(const struct rule *rule)
{
	return rule->role == CORRECTS || rule->role == DENIES;
}

enum met claim_rule_met(const struct rule *rule, const struct finding *finding)
{
	if (!finding->known)
		return OPEN;
	if (rule->relation == AT_LEAST) {
		if (finding->low >= rule->threshold)
			return MET;
		return finding->high < rule->threshold ? NOT_MET : OPEN;
	}
	if (finding->high <= rule->threshold)
		return MET;
	return finding->low > rule->threshold ? NOT_MET : OPEN;
}

/* The first reason counts. */
static void say_open(struct judgement *judgement, const struct rule *rule,
		     const struct finding *finding)
{
	if (*judgement->why)
		return;
	const char *how = finding_is_count(rule->finding)
				  ? "the samples disagree"
				  : "the interval is not wholly on the required side of the "
				    "threshold; run longer";
	notes_fill(judgement->why, sizeof judgement->why, "%s: %s",
		   definitions[rule->finding].words, finding->known ? how : finding->why);
}

struct judgement claim_judge(enum claim_id claim, const struct finding findings[FINDING_COUNT])
{
	struct judgement judgement = {.why = ""};
	bool refuted = false, open = false, denial_open = false, corrected = false, denied = false;
	if (claims[claim].history) {
		judgement.ruling = RULING_OPEN;
		notes_fill(judgement.why, sizeof judgement.why, "%s", claims[claim].history);
		return judgement;
	}
	for (size_t i = 0; i < claim_rule_count; i++) {
		const struct rule *rule = &claim_rules[i];
		if (rule->claim != claim || rule->role == SHOWN)
			continue;
		const struct finding *finding = &findings[rule->finding];
		enum met met = claim_rule_met(rule, finding);
		refuted = refuted || (met == NOT_MET && rule->role == REQUIRED);
		denied = denied || (met == MET && rule->role == DENIES);
		corrected = corrected || (met == MET && rule->role == CORRECTS);
		if (met == OPEN && rule->role == DENIES)
			denial_open = true;
		else if (met == OPEN || (met == NOT_MET && rule->role == SUPPORTS))
			open = true;
		else
			continue;
		say_open(&judgement, rule, finding);
	}
	open = open || (denial_open && !denied);
	judgement.ruling = refuted     ? RULING_REFUTED
			   : open      ? RULING_OPEN
			   : denied    ? RULING_HALF
			   : corrected ? RULING_CORRECTED
				       : RULING_HOLDS;
	if (judgement.ruling != RULING_OPEN)
		*judgement.why = '\0';
	return judgement;
}

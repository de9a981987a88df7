/* forkcost doctor: what this machine can and cannot measure, and how to fix it. */
#include "harness/common/textfile.h"
#include "harness/common/units.h"
#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/base/locate.h"
#include "harness/driver/base/wrapped.h"
#include "harness/driver/commands/command.h"
#include "harness/driver/commands/watch.h"
#include "harness/driver/counters/report.h"
#include "harness/driver/machine/hugepages.h"
#include "harness/driver/machine/limits.h"
#include "harness/driver/machine/machine.h"
#include "harness/driver/machine/memory.h"
#include "harness/driver/machine/tunables.h"
#include "harness/driver/run/session.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum verdict { GOOD, NOTE, BAD };

static int bad_count, note_count;

__attribute__((format(printf, 3, 4))) static void say(enum verdict verdict, const char *subject,
						      const char *format, ...)
{
	static const char *const words[] = {"ok", "note", "BAD"};
	char text[PROBLEM_TEXT_MAX];
	va_list args;
	bad_count += verdict == BAD;
	note_count += verdict == NOTE;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	/* So little that the path of a setting fits a line. */
	wrapped_put(6, "%-4s  %-18s %s", words[verdict], subject, text);
}

static void examine_clock(const struct wire_clock *clock)
{
	char text[UNITS_TEXT_MAX];
	say(clock->kind == WIRE_CLOCK_COUNTER ? GOOD : NOTE, "clock",
	    "%s; resolution %s, calibrated within %.1f ppm", clock->why,
	    units_format_ns(clock->resolution_ns, text), clock->error_ppm);
}

static void examine_cpus(void)
{
	int caller, other;
	struct problem problem;
	if (machine_choose_cpus(-1, &caller, &other, &problem))
		say(BAD, "CPUs", "%s", problem.text);
	else if (other < 0)
		say(NOTE, "CPUs", "only CPU %d is allowed: no --child-cpu other; widen the CPU set",
		    caller);
	else
		say(GOOD, "CPUs", "worker on CPU %d, driver and other children on CPU %d", caller,
		    other);
	char text[TEXTFILE_MAX];
	if (!textfile_read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", text,
			   sizeof text))
		say(NOTE, "frequency", "unavailable: %s (usual in a guest); the host sets it",
		    strerror(errno));
	else if (strcmp(text, "performance") == 0)
		say(GOOD, "frequency", "governor performance");
	else
		say(NOTE, "frequency",
		    "governor %s; steadier with: cpupower frequency-set -g performance", text);
	if (textfile_read("/proc/loadavg", text, sizeof text))
		say(strtod(text, NULL) < 0.5 ? GOOD : NOTE, "load",
		    "average %.4s; below 0.5 is quiet", text);
}

/* What runs show in how many of their samples count. */
static void examine_quiet(const struct wire_clock *clock)
{
	struct watch_report report;
	struct problem problem;
	if (watch_cpu(clock, &report, &problem)) {
		say(NOTE, "quiet moments", "%s", problem.text);
		return;
	}
	say(report.is_quiet ? GOOD : NOTE, "quiet moments", "%s", report.share);
	for (size_t i = 0; i < report.cause_count; i++)
		say(NOTE, report.causes[i].who, "%s", report.causes[i].text);
}

static void examine_memory(void)
{
	uint64_t bytes;
	const char *limited_by;
	struct problem problem;
	char available[UNITS_TEXT_MAX], heap[UNITS_TEXT_MAX], text[TEXTFILE_MAX];
	if (memory_available(&bytes, &limited_by, &problem)) {
		say(BAD, "memory", "%s", problem.text);
		return;
	}
	say(GOOD, "memory", "%s by %s; default heaps go up to a quarter, %s",
	    units_format_bytes(bytes, available), limited_by, units_format_bytes(bytes / 4, heap));
	if (textfile_read("/proc/sys/vm/overcommit_memory", text, sizeof text))
		say(*text == '2' ? NOTE : GOOD, "overcommit", "vm.overcommit_memory=%s%s", text,
		    *text == '2' ? ": forks of large heaps may be refused; set it to 1" : "");
	if (textfile_read("/proc/swaps", text, sizeof text))
		say(strchr(text, '\n') ? NOTE : GOOD, "swap", "%s",
		    strchr(text, '\n') ? "on: heaps may be swapped out; swapoff -a" : "off");
}

/* Of each kind, whether first writes to it can be measured. */
static void examine_page_kinds(void)
{
	/* Of the heap that make quick and make bench measure them at, twice for its copy. */
	enum { USUAL_BYTES = 2 * 24 << 20 };
	for (unsigned kind = PAGE_KIND_THP; kind < PAGE_KIND_COUNT; kind++) {
		char why[PROBLEM_TEXT_MAX], subject[32];
		bool can = hugepages_check(kind, USUAL_BYTES, why);
		snprintf(subject, sizeof subject, "page kind %s",
			 axis_name(&axes[AXIS_PAGE_KIND], kind));
		say(can ? GOOD : NOTE, subject, "%s", why);
	}
	if (tunables_are_changed())
		say(NOTE, "changed settings",
		    "a run has changed the settings in /run/forkcost; they are restored when it "
		    "ends, or by forkcost as root");
}

static void examine_limits(void)
{
	struct limit limits[LIMITS_COUNT];
	limits_read(limits);
	for (size_t i = 0; i < LIMITS_COUNT; i++)
		if (limits[i].at_most < limits[i].advised)
			say(limits[i].at_most < limits[i].at_least ? BAD : NOTE, limits[i].what,
			    "at most %llu; raise it with ulimit %s %llu", limits[i].at_most,
			    limits[i].option, limits[i].advised);
		else
			say(GOOD, limits[i].what, "the limit is high enough");
}

/* What slows a worker, or makes it unlike others, and could not be shed. */
static void examine_start(const struct wire_start *start)
{
	static const char subject[] = "worker";
	const int noted = note_count;
	if (start->policy != WIRE_UNKNOWN && start->policy != SCHED_OTHER)
		say(NOTE, subject,
		    "scheduling policy %llu is inherited; start from a shell with %s",
		    (unsigned long long)start->policy, "policy 0 (chrt -o 0)");
	if (start->niceness != 0)
		say(NOTE, subject, "niceness %d is inherited; start from a shell with 0",
		    start->niceness);
	if (start->personality != WIRE_UNKNOWN && start->personality != 0)
		say(NOTE, subject, "personality %#llx is inherited; start without setarch",
		    (unsigned long long)start->personality);
	if (start->seccomp != WIRE_UNKNOWN && start->seccomp != 0)
		say(NOTE, subject,
		    "seccomp filters check each system call and slow it down; start outside of the "
		    "container or sandbox");
	if (start->table_slots != WIRE_UNKNOWN && start->table_slots > 256)
		say(NOTE, subject, "its table of open files has room for %llu; %s",
		    (unsigned long long)start->table_slots, "start with fewer files open");
	if (note_count == noted)
		say(GOOD, subject, "inherits nothing that slows it down");
}

static void examine_counters(void)
{
	static const char *const subjects[] = {[COUNTERS_HARDWARE] = "hardware counters",
					       [COUNTERS_SOFTWARE] = "page faults",
					       [COUNTERS_TRACE] = "tracepoints"};
	static struct counters counters;
	struct problem problem;
	int caller, other;
	if (machine_choose_cpus(-1, &caller, &other, &problem) ||
	    counters_make(&counters, NULL, caller, &problem)) {
		say(NOTE, "counters", "%s", problem.text);
		return;
	}
	for (unsigned kind = COUNTERS_HARDWARE; kind <= COUNTERS_TRACE; kind++) {
		struct counters_tally tally = counters_tally(&counters, kind);
		if (!tally.why)
			say(GOOD, subjects[kind], "all counted; see forkcost counters");
		else if (tally.counted)
			say(NOTE, subjects[kind], "%zu of %zu; see forkcost counters",
			    tally.counted, tally.all);
		else
			say(NOTE, subjects[kind], "%s", tally.why);
	}
}

static void examine_programs(void)
{
	static const struct {
		const char *name, *use;
	} programs[] = {{"gnuplot", "plots"}, {"hyperfine", "the second opinion"}};
	const char *path = getenv("PATH");
	for (size_t i = 0; i < 2; i++) {
		char folders[4096], file[4400] = "";
		snprintf(folders, sizeof folders, "%s", path ? path : "");
		bool found = false;
		for (char *at = strtok(folders, ":"); at && !found; at = strtok(NULL, ":")) {
			snprintf(file, sizeof file, "%s/%s", at, programs[i].name);
			found = access(file, X_OK) == 0;
		}
		if (found)
			say(GOOD, programs[i].name, "%s", file);
		else
			say(NOTE, programs[i].name,
			    "missing: no %s; install it with sh scripts/setup", programs[i].use);
	}
	char target[WIRE_PATH_MAX];
	struct problem problem;
	if (locate_program("forkcost-target", target, sizeof target, &problem))
		say(BAD, "exec target", "%s", problem.text);
	else
		say(GOOD, "exec target", "%s", target);
}

static enum status run(const struct given *given)
{
	static struct wire_catalog catalog;
	struct problem problem;
	(void)given;
	if (catalog_read(&catalog, &problem))
		return complain(&problem, STATUS_FAILED);
	examine_clock(&catalog.clock);
	examine_cpus();
	examine_quiet(&catalog.clock);
	examine_memory();
	examine_page_kinds();
	examine_limits();
	examine_start(&catalog.start);
	examine_counters();
	examine_programs();
	print("\n%s\n", bad_count ? "this machine cannot measure until every BAD line is fixed"
				  : "this machine can measure");
	return bad_count ? STATUS_FAILED : STATUS_DONE;
}

COMMAND(doctor, .summary = "what this machine can and cannot measure, and how to fix it",
	.options = {.text = "Says what this machine can and cannot measure, and how to fix it."},
	.run = run);

/* forkcost counters: what can be counted here, by which events, and why the rest cannot. */
#include "harness/driver/commands/command.h"
#include "harness/driver/counters/report.h"

static const struct option_row rows[] = {
	{"counters", "LIST",
	 .help = "roles, and events as libpfm4 names them, with commas between, or none [all "
		 "roles]"},
	{0},
};

static enum status run(const struct given *given)
{
	struct problem problem;
	if (counters_report(given->values[0], &problem))
		return complain(&problem, STATUS_USAGE);
	return STATUS_DONE;
}

COMMAND(counters, .summary = "what can be counted here, by which events, and why not the rest",
	.options = {.text = "Tries what the hardware and the kernel can count here for a process "
			    "of yours. Says by which event and in which group, or why not and what "
			    "would permit it. Measures nothing.",
		    .rows = rows},
	.run = run);

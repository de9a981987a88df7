#include "harness/driver/profile/sampler.h"

#include "harness/common/remedy.h"
#include "harness/driver/base/interrupts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_TIMEOUT_MS = 20000, STOP_TIMEOUT_MS = 60000, READ_TIMEOUT_MS = 300000 };

/* perf's file, as it finds it; and no settings of the user's. */
static char data_path[] = "/proc/self/fd/3";
static const char *const no_config[] = {"PERF_CONFIG=/dev/null", NULL};

_Static_assert(TOOL_FILE == 3, "data_path names it");

/* Whether the kernel samples the whole of a CPU for us; 0 or the errno. */
static int try_clock(int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof attr,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = SAMPLER_PERIOD_NS,
		.sample_type = PERF_SAMPLE_IP,
		.disabled = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

enum outcome sampler_open(struct sampler *sampler, int cpu, struct problem *problem)
{
	*sampler = (struct sampler){.cpu = cpu, .data_fd = -1, .until_fd = -1, .perf.words = -1};
	int error = try_clock(cpu);
	if (error == EACCES || error == EPERM)
		return fail(problem,
			    "cannot sample CPU %d: %s; sysctl kernel.perf_event_paranoid=0, or run "
			    "it with CAP_PERFMON, as root has it",
			    cpu, strerror(error));
	if (error)
		return fail(problem, "cannot sample CPU %d: %s; %s", cpu, strerror(error),
			    remedy_or(error, "this kernel lacks perf events, or a seccomp filter "
					     "forbids them"));
	return OUTCOME_OK;
}

static enum outcome explain_start(int error, struct problem *problem)
{
	if (error == ENOENT)
		return fail(problem, "cannot find perf; install it: linux-perf on Debian, "
				     "linux-tools-generic on Ubuntu, perf elsewhere");
	return fail(problem, "cannot start perf: %s; %s", strerror(error),
		    remedy_or(error, "see perf --version"));
}

/* Waits for the word that the recorded program says back: then perf records. */
static enum outcome await_word(struct sampler *sampler, const char *word, struct problem *problem)
{
	char text[1024] = "";
	size_t length = 0;
	long long end_ms = tool_now_ms() + START_TIMEOUT_MS;
	while (!strstr(text, word)) {
		/* Of much that it says only the beginning is kept, and its last part, with the word. */
		if (length > sizeof text - 64)
			length = sizeof text / 2;
		ssize_t count =
			tool_hear(&sampler->perf, text + length, sizeof text - 1 - length, end_ms);
		if (count <= 0 && interrupts_came())
			return fail(problem, "interrupted");
		if (count <= 0) {
			text[length] = '\0';
			return fail(
				problem,
				"cannot record with perf: %s: %s; try perf record -e " SAMPLER_EVENT
				" -C %d true",
				count < 0 ? "it did not begin within 20 s" : "it says",
				*text ? text : "nothing", sampler->cpu);
		}
		length += (size_t)count;
		text[length] = '\0';
	}
	return OUTCOME_OK;
}

/* What perf runs is cat, on a pipe that we keep open: so it records for as long as we want, and no longer than we are
 * there, whatever ends us. */
enum outcome sampler_start(struct sampler *sampler, struct problem *problem)
{
	static const char word[] = "recording\n";
	char cpu[16], period[16], event[] = SAMPLER_EVENT;
	snprintf(cpu, sizeof cpu, "%d", sampler->cpu);
	snprintf(period, sizeof period, "%d", SAMPLER_PERIOD_NS);
	char *const arguments[] = {"perf",
				   "record",
				   "-q",
				   "-e",
				   event,
				   "-c",
				   period,
				   "-C",
				   cpu,
				   "-k",
				   "monotonic_raw",
				   "-g",
				   "--kernel-callchains",
				   "-N",
				   "-B",
				   "-o",
				   data_path,
				   "--",
				   "cat",
				   NULL};
	int ends[2];
	if (sampler->data_fd >= 0)
		close(sampler->data_fd);
	sampler->data_fd = memfd_create("profile", MFD_CLOEXEC);
	if (sampler->data_fd < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return fail(problem, "cannot make room for samples: %s; %s", strerror(errno),
			    remedy_or(errno, "free some memory"));
	const struct tool_how how = {.arguments = arguments,
				     .settings = no_config,
				     .input = ends[0],
				     .file = sampler->data_fd};
	int error = tool_start(&sampler->perf, &how);
	close(ends[0]);
	sampler->until_fd = ends[1];
	if (error)
		return explain_start(error, problem);
	if (write(sampler->until_fd, word, strlen(word)) != (ssize_t)strlen(word))
		return fail(problem, "cannot tell perf to begin: %s; report this", strerror(errno));
	return await_word(sampler, word, problem);
}

enum outcome sampler_stop(struct sampler *sampler, struct problem *problem)
{
	char said[300] = "no words";
	if (sampler->until_fd >= 0)
		close(sampler->until_fd);
	sampler->until_fd = -1;
	bool ended = tool_listen(&sampler->perf, STOP_TIMEOUT_MS, said, sizeof said);
	int status = tool_end(&sampler->perf, !ended);
	if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot finish recording: perf says: %s; try perf record -e " SAMPLER_EVENT
		    " -C %d true",
		    ended ? said : "nothing more within a minute, and was killed", sampler->cpu);
}

/* Hands on samples, and sees whether functions have names. */
struct reading {
	stacks_take *take;
	void *context;
	uint64_t functions, names;
};

static void look(void *context, const struct stack *stack)
{
	struct reading *reading = context;
	reading->functions += stack->depth;
	for (size_t i = 0; i < stack->depth; i++)
		reading->names += strcmp(stack->functions[i], "[unknown]") != 0;
	reading->take(reading->context, stack);
}

enum outcome sampler_read(const struct sampler *sampler, stacks_take *take, void *context,
			  uint64_t *lost, struct problem *problem)
{
	static struct stacks stacks;
	static char text[1 << 16];
	char *const arguments[] = {"perf", "script",
				   "-i",   data_path,
				   "-F",   "comm,tid,time,ip,sym",
				   "--ns", "--show-lost-events",
				   NULL};
	struct reading reading = {.take = take, .context = context};
	struct tool perf;
	long long end_ms = tool_now_ms() + READ_TIMEOUT_MS;
	ssize_t count;
	stacks = (struct stacks){.take = look, .context = &reading};
	int error = tool_start(&perf, &(struct tool_how){.arguments = arguments,
							 .settings = no_config,
							 .input = -1,
							 .file = sampler->data_fd,
							 .is_quiet = true});
	if (error)
		return explain_start(error, problem);
	while ((count = tool_hear(&perf, text, sizeof text, end_ms)) > 0)
		stacks_feed(&stacks, text, (size_t)count);
	stacks_end(&stacks);
	int status = tool_end(&perf, count < 0);
	*lost = stacks.lost;
	if (interrupts_came())
		return fail(problem, "interrupted");
	if (count < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		return fail(problem,
			    "cannot read what perf recorded: perf script %s; try another "
			    "version of perf",
			    count < 0 ? "took longer than 5 minutes" : "failed");
	if (reading.functions && !reading.names)
		return fail(problem, "cannot see the kernel's functions: their names are hidden; "
				     "sysctl kernel.kptr_restrict=0, or run it as root");
	return OUTCOME_OK;
}

void sampler_close(struct sampler *sampler)
{
	if (sampler->until_fd >= 0)
		close(sampler->until_fd);
	tool_end(&sampler->perf, true);
	if (sampler->data_fd >= 0)
		close(sampler->data_fd);
	sampler->until_fd = sampler->data_fd = -1;
}

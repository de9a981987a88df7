#include "harness/driver/kernels/emulator.h"

#include "harness/common/remedy.h"
#include "harness/driver/base/interrupts.h"
#include "harness/driver/kernels/sent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VERSION_TIMEOUT_MS = 20000, GRACE_MS = 10000, CONSOLE_TAIL = 4096 };

static enum outcome explain_start(int error, struct problem *problem)
{
	if (error == ENOENT)
		return fail(problem,
			    "cannot find " EMULATOR_PROGRAM "; install it: qemu-system-x86 "
			    "on Debian, Ubuntu and Arch, qemu-system-x86-core on Fedora");
	return fail(problem, "cannot start " EMULATOR_PROGRAM ": %s; %s", strerror(error),
		    remedy_or(error, "see " EMULATOR_PROGRAM " --version"));
}

enum outcome emulator_find(char version[EMULATOR_VERSION_MAX], struct problem *problem)
{
#if !defined(__x86_64__)
	(void)version;
	return fail(problem, "cannot count instructions of kernels on this processor: only x86-64 "
			     "is emulated so far; see scripts/guest for RISC-V");
#endif
	char program[] = EMULATOR_PROGRAM, option[] = "--version", text[1024] = "";
	char *const arguments[] = {program, option, NULL};
	struct tool qemu;
	const struct tool_how how = {.arguments = arguments, .input = -1, .file = -1};
	int error = tool_start(&qemu, &how);
	if (error)
		return explain_start(error, problem);
	ssize_t count = tool_hear(&qemu, text, sizeof text - 1, tool_now_ms() + VERSION_TIMEOUT_MS);
	tool_end(&qemu, count < 0);
	text[strcspn(text, "\n")] = '\0';
	if (strncmp(text, "QEMU", 4) != 0)
		return fail(problem, "cannot tell the version of " EMULATOR_PROGRAM
				     "; try " EMULATOR_PROGRAM " --version");
	snprintf(version, EMULATOR_VERSION_MAX, "%s", text);
	return OUTCOME_OK;
}

/* Its path for another process of this user, which works as long as we run. */
static void name_file(char *path, size_t bytes, const char *before, int fd)
{
	snprintf(path, bytes, "%s/proc/%ld/fd/%d", before, (long)getpid(), fd);
}

/* What a kernel writes without end must fill neither memory nor disk: the files that QEMU writes may grow as far as we
 * read, and no further. The limit is inherited. */
static int start_limited(struct tool *qemu, const struct tool_how *how)
{
	struct rlimit was, limited;
	if (getrlimit(RLIMIT_FSIZE, &was) < 0)
		return errno;
	limited = was;
	if (limited.rlim_cur > SENT_BYTES_MAX)
		limited.rlim_cur = SENT_BYTES_MAX;
	if (setrlimit(RLIMIT_FSIZE, &limited) < 0)
		return errno;
	int error = tool_start(qemu, how);
	setrlimit(RLIMIT_FSIZE, &was);
	return error;
}

enum outcome boot_start(struct boot *boot, const char *kernel, int initramfs_fd, const char *append,
			int limit_s, struct problem *problem)
{
	static char sandbox[] = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
				"resourcecontrol=deny";
	char initramfs[64], console[64], sent[64], limit[16], words[2048];
	boot->console_fd = memfd_create("console", MFD_CLOEXEC);
	boot->sent_fd = memfd_create("sent", MFD_CLOEXEC);
	if (boot->console_fd < 0 || boot->sent_fd < 0)
		return fail(problem, "cannot make a file in memory: %s; %s", strerror(errno),
			    remedy_or(errno, "free some memory"));
	name_file(initramfs, sizeof initramfs, "", initramfs_fd);
	name_file(console, sizeof console, "file:", boot->console_fd);
	name_file(sent, sizeof sent, "file:", boot->sent_fd);
	snprintf(limit, sizeof limit, "%d", limit_s);
	if (snprintf(words, sizeof words, EMULATOR_APPEND "%s%s", append ? " " : "",
		     append ? append : "") >= (int)sizeof words)
		return fail(problem, "cannot hand on so long a command line; shorten --append");
	/* timeout(1) ends it also when we are killed. The seed makes what the kernel takes for random the same in each boot,
	 * the clock of the calendar begins alike and goes by instructions as well. Without erms a string instruction takes
	 * eight bytes at a time, and is counted once for each. */
	char *const arguments[] = {"timeout",
				   "-s",
				   "KILL",
				   limit,
				   EMULATOR_PROGRAM,
				   "-nodefaults",
				   "-no-user-config",
				   "-sandbox",
				   sandbox,
				   "-machine",
				   "pc",
				   "-accel",
				   "tcg",
				   "-cpu",
				   EMULATOR_CPU,
				   "-smp",
				   "1",
				   "-m",
				   "512M",
				   "-icount",
				   EMULATOR_CLOCK,
				   "-rtc",
				   "base=2020-01-01,clock=vm",
				   "-seed",
				   "1",
				   "-display",
				   "none",
				   "-monitor",
				   "none",
				   "-nic",
				   "none",
				   "-no-reboot",
				   "-serial",
				   console,
				   "-serial",
				   sent,
				   "-kernel",
				   (char *)kernel,
				   "-initrd",
				   initramfs,
				   "-append",
				   words,
				   NULL};
	const struct tool_how how = {.arguments = arguments, .input = -1, .file = -1};
	int error = start_limited(&boot->qemu, &how);
	if (!error)
		return OUTCOME_OK;
	return fail(problem, "cannot start timeout(1): %s; install coreutils", strerror(error));
}

void boot_blame_console(const struct boot *boot, struct problem *problem)
{
	char text[CONSOLE_TAIL], *last = NULL, *rest = text;
	const struct problem was = *problem;
	off_t end = boot->console_fd < 0 ? 0 : lseek(boot->console_fd, 0, SEEK_END);
	off_t from = end > CONSOLE_TAIL - 1 ? end - (CONSOLE_TAIL - 1) : 0;
	ssize_t count = end > 0 ? pread(boot->console_fd, text, CONSOLE_TAIL - 1, from) : 0;
	text[count > 0 ? count : 0] = '\0';
	for (char *line; (line = strsep(&rest, "\r\n"));)
		if (*line)
			last = line;
	fail(problem, "%s; its console's last line: %.160s", was.text, last ? last : "none");
}

static enum outcome read_sent(const struct boot *boot, char **bytes, size_t *count,
			      struct problem *problem)
{
	off_t size = lseek(boot->sent_fd, 0, SEEK_END);
	*count = size < 0 ? 0 : size > SENT_BYTES_MAX ? SENT_BYTES_MAX : (size_t)size;
	*bytes = malloc(*count + 1);
	if (!*bytes)
		return fail(problem, "cannot keep %zu bytes: out of memory; free some", *count);
	ssize_t got = pread(boot->sent_fd, *bytes, *count, 0);
	*count = got < 0 ? 0 : (size_t)got;
	return OUTCOME_OK;
}

enum outcome boot_end(struct boot *boot, const char *kernel, int limit_s, char **bytes,
		      size_t *count, struct problem *problem)
{
	char said[300] = "no words";
	bool ended = tool_listen(&boot->qemu, limit_s * 1000 + GRACE_MS, said, sizeof said);
	int status = tool_end(&boot->qemu, !ended);
	*bytes = NULL;
	*count = 0;
	if (interrupts_came())
		return fail(problem, "interrupted");
	if (!ended || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ||
	    (WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGKILL)) {
		fail(problem, "cannot boot %s: it took longer than %d s; raise --boot-time", kernel,
		     limit_s);
		boot_blame_console(boot, problem);
		return OUTCOME_FAILED;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGXFSZ)
		return fail(problem,
			    "cannot boot %s: it wrote more than %d MiB; see whether it boots with "
			    "less in --append",
			    kernel, SENT_BYTES_MAX >> 20);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return fail(problem, "cannot boot %s: QEMU says: %s; give a bzImage of x86-64",
			    kernel, said);
	return read_sent(boot, bytes, count, problem);
}

void boot_close(struct boot *boot)
{
	tool_end(&boot->qemu, true);
	if (boot->console_fd >= 0)
		close(boot->console_fd);
	if (boot->sent_fd >= 0)
		close(boot->sent_fd);
	boot->console_fd = boot->sent_fd = -1;
}

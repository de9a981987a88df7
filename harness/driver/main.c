/* forkcost: the driver. Plans, starts workers, keeps what they yield, and says what it means. It
 * never forks to measure. */
#include "harness/driver/base/outfile.h"
#include "harness/driver/commands/command.h"
#include "harness/driver/machine/guardian.h"
#include "harness/driver/machine/tunables.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A file that we open must not become the standard output of somebody else. */
static void fill_standard_descriptors(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Reports output that could not be written. */
static enum status end(enum status status)
{
	struct problem problem;
	const enum status failed = status == STATUS_DONE ? STATUS_FAILED : status;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return failed; /* the reader has left */
	fail(&problem, "cannot write the output: %s; %s", strerror(errno), outfile_remedy(errno));
	return complain(&problem, failed);
}

/* The name of the command that a first word asks for. */
static char *name_of(char *word)
{
	static char help[] = "help", version[] = "version";
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return help;
	return strcmp(word, "--version") == 0 ? version : word;
}

int main(int argc, char **argv)
{
	struct problem problem;
	fill_standard_descriptors();
	if (argc == 2 && strcmp(argv[1], GUARDIAN_COMMAND) == 0) {
		guardian_live(tunables_restored);
		return STATUS_DONE;
	}
	tunables_recover(&problem);
	if (*problem.text)
		complain(&problem, STATUS_DONE);
	/* A file that grows too large is an error of writing, which is reported; not a sudden end. */
	signal(SIGXFSZ, SIG_IGN);
	/* Inherited as ignored, it would let a worker go unreaped. */
	signal(SIGCHLD, SIG_DFL);
	/* Orphans of a worker come to us, so that none is left behind. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (argc < 2) {
		fail(&problem, "cannot start without a command: give one, as forkcost run; see "
			       "forkcost --help");
		return (int)complain(&problem, STATUS_USAGE);
	}
	argv[1] = name_of(argv[1]);
	const struct command *command = command_find(argv[1]);
	if (command)
		return (int)end(command_run(command, argc - 1, argv + 1));
	fail(&problem, "cannot find command '%s'; see forkcost --help", argv[1]);
	return (int)complain(&problem, STATUS_USAGE);
}

/* forkcost-guest: the first process of a machine that runs nothing else: of the one that `forkcost kernels` emulates, and of
 * those that boot what `forkcost initramfs` makes. It runs forkcost, shows on the console what that said, sends what it
 * left in /results/latest, and switches the machine off. Should it end early, the kernel panics, which ends the machine
 * as well. */
#include "harness/guest/send.h"
#include "harness/guest/words.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SETTLED_S = 40 };

/* The kernel says on the console why it cannot; what is needed and is missing shows later. */
static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 0777);
	mkdir("/results", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
	mount("tmpfs", "/results", "tmpfs", 0, NULL);
}

/* The first process was given the console if there was one in time. */
static void use_console(void)
{
	int console = open("/dev/console", O_RDWR);
	for (int i = STDIN_FILENO; i <= STDERR_FILENO && console >= 0; i++)
		dup2(console, i);
	if (console > STDERR_FILENO)
		close(console);
}

/* A kernel has work for its threads in the first seconds, and drivers that it gives up after 10 and 30; that would fall into
 * windows. And it takes the counter for its clock only when it has compared it with another for a while. Idle time is passed
 * over by the emulator. */
static void settle(void)
{
	struct timespec up = {.tv_sec = 0};
	while (clock_gettime(CLOCK_MONOTONIC, &up) == 0 && up.tv_sec < SETTLED_S)
		nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
}

/* What the command says is kept until it has ended: each character on the console is thousands of instructions, on the
 * one CPU that measures. */
static const char log_path[] = "/tmp/log";

static void show_log(void)
{
	char bytes[4096];
	int log = open(log_path, O_RDONLY | O_CLOEXEC);
	for (ssize_t count; log >= 0 && (count = read(log, bytes, sizeof bytes)) > 0;)
		if (write(STDOUT_FILENO, bytes, (size_t)count) < 0)
			break;
	if (log >= 0)
		close(log);
}

/* Its wait status; -1: it could not be started. */
static int run_command(void)
{
	char *words[WORDS_MAX + 1];
	int status = -1;
	if (words_read(words) == 0)
		return -1;
	pid_t child = fork();
	if (child == 0) {
		int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		dup2(log, STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
		execv(words[0], words);
		perror(words[0]);
		_exit(127);
	}
	/* Orphans of the command are ours; they are reaped on the way. */
	for (pid_t got = 0; child > 0 && got != child;)
		got = waitpid(-1, &status, 0);
	return status;
}

int main(void)
{
	mount_all();
	use_console();
	settle();
	int status = run_command();
	show_log();
	send_results(status);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}

/* forkcost-guest: the first process of the emulated machine that `forkcost kernels` boots. It runs /command, a word
 * a line, the first of which may be settings as env(1) takes them; shows on the console what that said; sends what it left
 * in /results/latest out of the second serial line; and switches the machine off. Should it end early, the kernel panics,
 * which ends the machine as well.
 *
 * What it sends (read by harness/driver/kernels/sent.c):
 *
 *	forkcost-guest 1
 *	status STATUS            what waitpid() says of the command
 *	file NAME BYTES          then that many bytes; for each file
 *	end
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { WORDS_MAX = 63, COMMAND_BYTES_MAX = 4096, SETTLED_S = 40 };

/* What a run is read back from. */
static const char *const files[] = {"environment.json", "samples.jsonl.zst", NULL};

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
	static char text[COMMAND_BYTES_MAX];
	char *words[WORDS_MAX + 1] = {NULL};
	size_t count = 0, settings = 0;
	int status = -1, fd = open("/command", O_RDONLY | O_CLOEXEC);
	ssize_t bytes = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (bytes < 0)
		return -1;
	close(fd);
	for (char *word = strtok(text, "\n"); word && count < WORDS_MAX; word = strtok(NULL, "\n"))
		words[count++] = word;
	while (settings < count && *words[settings] != '/')
		putenv(words[settings++]);
	pid_t child = settings < count ? fork() : -1;
	if (child == 0) {
		int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		dup2(log, STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
		execv(words[settings], words + settings);
		perror(words[settings]);
		_exit(127);
	}
	/* Orphans of the command are ours; they are reaped on the way. */
	for (pid_t got = 0; child > 0 && got != child;)
		got = waitpid(-1, &status, 0);
	return status;
}

static void send_file(FILE *out, const char *name)
{
	char path[128], bytes[4096];
	struct stat about;
	snprintf(path, sizeof path, "/results/latest/%s", name);
	FILE *file = fopen(path, "re");
	if (!file)
		return;
	if (fstat(fileno(file), &about) == 0) {
		fprintf(out, "file %s %lld\n", name, (long long)about.st_size);
		for (size_t count; (count = fread(bytes, 1, sizeof bytes, file)) > 0;)
			fwrite(bytes, 1, count, out);
	}
	fclose(file);
}

static void send_all(int status)
{
	struct termios plain;
	int line = open("/dev/ttyS1", O_RDWR | O_NOCTTY | O_CLOEXEC);
	FILE *out = line < 0 ? NULL : fdopen(line, "w");
	if (!out)
		return;
	if (tcgetattr(line, &plain) == 0) {
		cfmakeraw(&plain);
		tcsetattr(line, TCSANOW, &plain);
	}
	fprintf(out, "forkcost-guest 1\nstatus %d\n", status);
	for (size_t i = 0; files[i]; i++)
		send_file(out, files[i]);
	fprintf(out, "end\n");
	fflush(out);
	tcdrain(line);
	fclose(out);
}

int main(void)
{
	mount_all();
	use_console();
	settle();
	int status = run_command();
	show_log();
	send_all(status);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}

#include "harness/driver/machine/tunables.h"

#include "harness/common/remedy.h"
#include "harness/common/textfile.h"
#include "harness/driver/machine/cgroup.h"
#include "harness/driver/machine/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORDS "/run/forkcost"
#define MULTI_ENABLED(kb) THP_FOLDER "hugepages-" kb "kB/enabled"

enum { CHANGE_VALUE_MAX = CGROUP_PATH_MAX, RECORD_MAX = 2 * CHANGE_VALUE_MAX + 256 };
enum { BOOT_MAX = 40, PAUSE_MS = 10, HOLD_MS = 60000, RESTORE_MS = 2000 };

/* What a setting's file holds; or something that is there or not, and its path is the value while it is. */
enum kind { WORD, NUMBER, GROUP, CONTROLLER };

static const struct setting {
	const char *path, *record, *lock;
	enum kind kind;
} settings[TUNABLE_COUNT] = {
	[TUNABLE_MULTI] = {MULTI_ENABLED("64"), "multi-size-pages", "multi-size-pages.lock", WORD},
	[TUNABLE_POOL] = {POOL_FOLDER "nr_hugepages", "hugetlb-pool", "hugetlb-pool.lock", NUMBER},
	[TUNABLE_POOL_1G] = {POOL_1G_FOLDER "nr_hugepages", "hugetlb-pool-1g",
			     "hugetlb-pool-1g.lock", NUMBER},
	[TUNABLE_MULTI_16K] = {MULTI_ENABLED("16"), "multi-size-pages-16k",
			       "multi-size-pages-16k.lock", WORD},
	[TUNABLE_MULTI_32K] = {MULTI_ENABLED("32"), "multi-size-pages-32k",
			       "multi-size-pages-32k.lock", WORD},
	[TUNABLE_MULTI_128K] = {MULTI_ENABLED("128"), "multi-size-pages-128k",
				"multi-size-pages-128k.lock", WORD},
	[TUNABLE_MULTI_256K] = {MULTI_ENABLED("256"), "multi-size-pages-256k",
				"multi-size-pages-256k.lock", WORD},
	[TUNABLE_MULTI_512K] = {MULTI_ENABLED("512"), "multi-size-pages-512k",
				"multi-size-pages-512k.lock", WORD},
	[TUNABLE_MULTI_1M] = {MULTI_ENABLED("1024"), "multi-size-pages-1024k",
			      "multi-size-pages-1024k.lock", WORD},
	[TUNABLE_MEMORY_GROUP] = {CGROUP_ROOT "/*" MEMORY_GROUP_NAME, "memory-group",
				  "memory-group.lock", GROUP},
	[TUNABLE_MEMORY_CONTROLLER] = {CGROUP_ROOT "/*", "memory-controller",
				       "memory-controller.lock", CONTROLLER},
};

/* The value of what is not there. */
static const char absent[] = "absent";

/* What a record says. The boot's id: after another boot the settings are fresh ones. */
struct change {
	char boot[BOOT_MAX];
	long owner;                     /* process id */
	unsigned long long started;     /* of the owner, in ticks since boot: ids are used again */
	char before[CHANGE_VALUE_MAX];  /* to be put back */
	char written[CHANGE_VALUE_MAX]; /* so that what others wrote later is not undone */
};

/* The lock says that the owner lives: the kernel lets go of it whatever that dies of. -1: not held. */
static int locks[TUNABLE_COUNT] = {[0 ... TUNABLE_COUNT - 1] = -1};

/* What this process has changed; without an owner: nothing. */
static struct change changes[TUNABLE_COUNT];

bool tunable_value(const char *path, char value[TUNABLE_VALUE_MAX])
{
	char text[TEXTFILE_MAX];
	if (!textfile_read(path, text, sizeof text))
		return false;
	const char *open = strchr(text, '['), *close = strchr(text, ']');
	if (open && close > open)
		snprintf(value, TUNABLE_VALUE_MAX, "%.*s", (int)(close - open - 1), open + 1);
	else
		snprintf(value, TUNABLE_VALUE_MAX, "%.*s", TUNABLE_VALUE_MAX - 1, text);
	return true;
}

/* If it is open; errno stays. */
static void close_any(int fd)
{
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
}

static bool write_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);
	close_any(fd);
	return good;
}

/* The value that a setting has now. What is there or not is where the change says. */
static bool value_now(const struct setting *setting, const struct change *change,
		      char now[CHANGE_VALUE_MAX])
{
	bool is_there = false;
	switch (setting->kind) {
	case GROUP:
		is_there = access(change->written, F_OK) == 0;
		break;
	case CONTROLLER:
		is_there = cgroup_lists_memory(change->written, "cgroup.subtree_control");
		break;
	default:
		return tunable_value(setting->path, now);
	}
	snprintf(now, CHANGE_VALUE_MAX, "%s", is_there ? change->written : absent);
	return true;
}

/* Makes it the value, which is one of the change's two. False: errno says why. */
static bool set_value(const struct setting *setting, const struct change *change, const char *value)
{
	const bool there = strcmp(value, absent) != 0;
	switch (setting->kind) {
	case GROUP:
		return (there ? mkdir(change->written, 0755) : rmdir(change->written)) == 0;
	case CONTROLLER:
		return cgroup_give_memory(change->written, there);
	default:
		return write_value(setting->path, value);
	}
}

/* How messages call it. */
static const char *name_of(const struct setting *setting, const char *written)
{
	return setting->kind == GROUP || setting->kind == CONTROLLER ? written : setting->path;
}

/* ---- records ---- */

/* Of a folder below that of all groups; of the group that is made for a worker its own alone. */
static bool is_folder(const struct setting *setting, const char *text)
{
	const size_t length = strlen(text), end = strlen(MEMORY_GROUP_NAME);
	if (strncmp(text, CGROUP_ROOT, strlen(CGROUP_ROOT)) != 0 || strstr(text, "/..") ||
	    (text[strlen(CGROUP_ROOT)] && text[strlen(CGROUP_ROOT)] != '/'))
		return false;
	return setting->kind == CONTROLLER ||
	       (length > end && strcmp(text + length - end, MEMORY_GROUP_NAME) == 0);
}

static bool is_value(const struct setting *setting, const char *text)
{
	static const char *const words[] = {"always", "inherit", "madvise", "never"};
	size_t length = strlen(text);
	if (setting->kind == NUMBER)
		return length > 0 && length < 10 && strspn(text, "0123456789") == length;
	if (setting->kind != WORD)
		return strcmp(text, absent) == 0 || is_folder(setting, text);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

static void read_boot(char boot[BOOT_MAX])
{
	char text[TEXTFILE_MAX];
	if (!textfile_read("/proc/sys/kernel/random/boot_id", text, sizeof text) || !*text)
		snprintf(text, sizeof text, "unknown");
	snprintf(boot, BOOT_MAX, "%.*s", BOOT_MAX - 1, text);
}

/* When a process started; 0 if there is none. */
static unsigned long long started(long process)
{
	enum { STARTTIME = 22 };
	char path[64];
	snprintf(path, sizeof path, "/proc/%ld/stat", process);
	uint64_t ticks = textfile_stat(path, STARTTIME);
	return ticks == UINT64_MAX ? 0 : ticks;
}

static void format_record(const struct change *change, char text[RECORD_MAX])
{
	snprintf(text, RECORD_MAX,
		 "forkcost lent 1\nboot %s\nlender %ld %llu\nbefore %s\nwritten %s\nend\n",
		 change->boot, change->owner, change->started, change->before, change->written);
}

/* The folder, if it is root's alone to write. -1: there is none, or it is not to be trusted. */
static int open_folder(bool make)
{
	struct stat status;
	bool made = make && mkdir(RECORDS, 0755) == 0;
	int error = made || errno == EEXIST ? 0 : errno;
	int folder = open(RECORDS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0) {
		errno = make && error ? error : errno;
		return -1;
	}
	/* A user's umask must not hide from others what was left changed. */
	if (made)
		(void)fchmod(folder, 0755);
	if (fstat(folder, &status) == 0 && status.st_uid == 0 &&
	    !(status.st_mode & (S_IWGRP | S_IWOTH)))
		return folder;
	close(folder);
	errno = EPERM;
	return -1;
}

bool tunable_can_be_saved(void)
{
	static const char name[] = "probe.new";
	int folder = open_folder(true);
	if (folder < 0)
		return false;
	int probe = openat(folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (probe >= 0)
		unlinkat(folder, name, 0);
	close_any(probe);
	close_any(folder);
	return probe >= 0;
}

enum found { FOUND_NONE, FOUND_RECORD, FOUND_OLD, FOUND_RUBBISH };

/* Believes only what this program writes, letter for letter: a regular file of root's, with values that
 * the setting can have. One cut off in the middle was never acted upon. OLD: changed before this boot. */
static enum found read_record(int folder, const struct setting *setting, struct change *change)
{
	char text[RECORD_MAX], again[RECORD_MAX], boot[BOOT_MAX];
	struct stat status;
	int fd = openat(folder, setting->record, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? FOUND_NONE : FOUND_RUBBISH;
	ssize_t got = -1;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == 0 &&
	    !(status.st_mode & (S_IWGRP | S_IWOTH)))
		got = read(fd, text, sizeof text - 1);
	close(fd);
	if (got < 0)
		return FOUND_RUBBISH;
	text[got] = '\0';
	char owner[16], since[24];
	if (sscanf(text,
		   "forkcost lent 1\nboot %39s\nlender %15s %23s\nbefore %255s\nwritten %255s\nend",
		   change->boot, owner, since, change->before, change->written) != 5)
		return FOUND_RUBBISH;
	change->owner = strtol(owner, NULL, 10);
	change->started = strtoull(since, NULL, 10);
	format_record(change, again);
	if (strcmp(text, again) != 0 || !is_value(setting, change->before) ||
	    !is_value(setting, change->written))
		return FOUND_RUBBISH;
	read_boot(boot);
	return strcmp(change->boot, boot) == 0 ? FOUND_RECORD : FOUND_OLD;
}

/* Under a new name first, so that a record is whole or not there. */
static bool write_record(int folder, const struct setting *setting, const struct change *change)
{
	char text[RECORD_MAX];
	char name[64];
	snprintf(name, sizeof name, "%s.new", setting->record);
	format_record(change, text);
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return false;
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	bool good = write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
		    fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	good = close(fd) == 0 && good && renameat(folder, name, folder, setting->record) == 0;
	if (!good) {
		int error = errno;
		unlinkat(folder, name, 0);
		errno = error;
	}
	/* Some file systems have no sync of folders. */
	return good && (fsync(folder) == 0 || errno == EINVAL);
}

/* ---- undoing ---- */

/* Whether a change is still what the setting says. A pool may have grown by less than was asked for, and
 * shrinks page by page. */
static bool is_still_ours(const struct setting *setting, const struct change *change,
			  const char *now)
{
	if (setting->kind != NUMBER)
		return strcmp(now, change->written) == 0;
	unsigned long value = strtoul(now, NULL, 10);
	return value > strtoul(change->before, NULL, 10) &&
	       value <= strtoul(change->written, NULL, 10);
}

/* Puts back what was before and forgets the change. Pages of a pool may be in use for as long as it takes a killed worker
 * to end. `note` as tunables_recover(). */
static void undo(int folder, const struct setting *setting, const struct change *change,
		 struct problem *note)
{
	const char *name = name_of(setting, change->written);
	char now[CHANGE_VALUE_MAX] = "";
	bool wrote = true;
	int left_ms = RESTORE_MS;
	value_now(setting, change, now);
	bool was_ours = is_still_ours(setting, change, now);
	if (!was_ours && strcmp(now, change->before) != 0)
		fail(note,
		     "note: %s is %s, and was %s before a run that was killed; left alone, because "
		     "it was changed since",
		     name, now, change->before);
	while (is_still_ours(setting, change, now) && wrote && left_ms > 0) {
		/* A group that a killed worker has not left yet is busy. */
		wrote = (set_value(setting, change, change->before) || errno == EBUSY) &&
			value_now(setting, change, now);
		if (is_still_ours(setting, change, now))
			usleep(PAUSE_MS * 1000);
		left_ms -= PAUSE_MS;
	}
	if (is_still_ours(setting, change, now)) {
		fail(note, "cannot restore %s from %s to %s: %s; write it as root", name, now,
		     change->before, wrote ? "it is in use" : strerror(errno));
		return;
	}
	if (was_ours)
		fail(note, "note: restored %s to %s, its value before a run that was killed", name,
		     change->before);
	unlinkat(folder, setting->record, 0);
	fsync(folder);
}

static bool take_lock(int folder, enum tunable tunable)
{
	int fd = openat(folder, settings[tunable].lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
			0600);
	if (fd < 0)
		return false;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		locks[tunable] = fd;
		return true;
	}
	close(fd);
	errno = EWOULDBLOCK;
	return false;
}

static void drop_lock(enum tunable tunable)
{
	close_any(locks[tunable]);
	locks[tunable] = -1;
}

/* Undoes what is written down of a setting whose lock is held. */
static void undo_recorded(int folder, enum tunable tunable, struct problem *note)
{
	struct change change;
	switch (read_record(folder, &settings[tunable], &change)) {
	case FOUND_RECORD:
		undo(folder, &settings[tunable], &change, note);
		break;
	case FOUND_OLD:
		unlinkat(folder, settings[tunable].record, 0);
		break;
	case FOUND_RUBBISH:
		fail(note,
		     "note: removed " RECORDS "/%s: forkcost did not write it; is %s as it should "
		     "be?",
		     settings[tunable].record, settings[tunable].path);
		if (unlinkat(folder, settings[tunable].record, 0) < 0)
			fail(note,
			     "cannot remove " RECORDS "/%s, which forkcost did not write: %s; "
			     "%s",
			     settings[tunable].record, strerror(errno),
			     remedy_or(errno, "remove it as root"));
		break;
	default:
		break;
	}
}

static void tell_user(int folder, const struct setting *setting, struct problem *note)
{
	struct change change;
	char now[CHANGE_VALUE_MAX] = "";
	if (read_record(folder, setting, &change) != FOUND_RECORD ||
	    started(change.owner) == change.started || !value_now(setting, &change, now) ||
	    !is_still_ours(setting, &change, now))
		return;
	fail(note,
	     "note: a run that was killed left %s at %s, and it was %s; write that into it as "
	     "root, "
	     "or start forkcost as root",
	     name_of(setting, change.written), now, change.before);
}

static bool is_recorded(int folder, enum tunable tunable)
{
	struct stat status;
	return fstatat(folder, settings[tunable].record, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

bool tunables_are_changed(void)
{
	bool any = false;
	int folder = open_folder(false);
	for (unsigned tunable = 0; folder >= 0 && tunable < TUNABLE_COUNT; tunable++)
		any = any || is_recorded(folder, tunable);
	close_any(folder);
	return any;
}

void tunables_recover(struct problem *note)
{
	note->text[0] = '\0';
	int folder = open_folder(false);
	if (folder < 0)
		return;
	for (unsigned tunable = 0; tunable < TUNABLE_COUNT; tunable++) {
		if (!is_recorded(folder, tunable))
			continue;
		if (geteuid() != 0) {
			tell_user(folder, &settings[tunable], note);
		} else if (take_lock(folder, tunable)) {
			undo_recorded(folder, tunable, note);
			drop_lock(tunable);
		}
	}
	close(folder);
}

bool tunables_restored(void)
{
	struct problem unsaid;
	tunables_recover(&unsaid);
	return !tunables_are_changed();
}

/* ---- changing ---- */

enum outcome tunable_lock(enum tunable tunable, struct problem *problem)
{
	struct problem unsaid;
	bool busy = false;
	int folder = geteuid() == 0 ? open_folder(true) : -1;
	/* Where there can be no lock there can be no record, and so nothing is changed. */
	if (folder < 0)
		return OUTCOME_OK;
	for (int left_ms = HOLD_MS; !take_lock(folder, tunable); left_ms -= PAUSE_MS) {
		busy = errno == EWOULDBLOCK && left_ms <= 0;
		if (busy || errno != EWOULDBLOCK)
			break;
		usleep(PAUSE_MS * 1000);
	}
	if (locks[tunable] >= 0)
		undo_recorded(folder, tunable, &unsaid);
	close(folder);
	if (!busy)
		return OUTCOME_OK;
	return fail(problem,
		    "cannot wait any longer for another run that needs %s; end it first, or leave "
		    "out --%s",
		    settings[tunable].path,
		    tunable < TUNABLE_MEMORY_GROUP ? "page-kind" : "memory-limit");
}

/* Why nothing can be written down; 0: it was. */
static int keep_record(enum tunable tunable, const char *value)
{
	const struct setting *setting = &settings[tunable];
	struct change *change = &changes[tunable];
	int folder = open_folder(true);
	if (folder < 0)
		return errno;
	*change = (struct change){.owner = getpid(), .started = started(getpid())};
	read_boot(change->boot);
	snprintf(change->written, sizeof change->written, "%s", value);
	errno = EPERM;
	bool is_written = (locks[tunable] >= 0 || take_lock(folder, tunable)) &&
			  value_now(setting, change, change->before) &&
			  is_value(setting, change->before) &&
			  write_record(folder, setting, change);
	int error = is_written ? 0 : errno;
	if (error)
		change->owner = 0;
	close(folder);
	return error;
}

enum outcome tunable_change(enum tunable tunable, const char *value, struct problem *problem)
{
	const struct setting *setting = &settings[tunable];
	int error = keep_record(tunable, value);
	const char *name = name_of(setting, value);
	if (error)
		return fail(problem, "cannot save in " RECORDS " the old value of %s: %s; %s", name,
			    strerror(error),
			    remedy_or(error, "make that folder root's own, and writable"));
	guardian_start();
	if (set_value(setting, &changes[tunable], value))
		return OUTCOME_OK;
	return fail(problem, "cannot set %s to %s: %s; %s", name, value, strerror(errno),
		    remedy_or(errno, "run as root"));
}

void tunables_restore(void)
{
	struct problem unsaid;
	for (unsigned tunable = 0; tunable < TUNABLE_COUNT; tunable++) {
		if (changes[tunable].owner) {
			/* Without the folder, somebody removed it: we know what it said. */
			int folder = open_folder(false);
			undo(folder, &settings[tunable], &changes[tunable], &unsaid);
			close_any(folder);
		}
		changes[tunable].owner = 0;
		drop_lock(tunable);
	}
	guardian_end();
}

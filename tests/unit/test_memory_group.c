/* Whether a group with a limit on memory can be made, over a made-up /sys/fs/cgroup. Nothing is changed here: a change
 * starts a guardian from /proc/self/exe, which would be this test again. tests/cli/restore.bats has changes. */
#include "harness/driver/machine/cgroup.h"
#include "harness/driver/machine/memory_group.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int outside = -1;

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Puts this process into a mount namespace in which it is in this group, and nothing is noted. */
static void pretend(const char *line)
{
	outside = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (geteuid() != 0 || unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", CGROUP_ROOT, "tmpfs", 0, NULL) ||
	    mount("none", "/run", "tmpfs", 0, "mode=755"))
		skip(); /* not permitted here */
	put("/run/self", line);
	assert_int_equal(mount("/run/self", "/proc/self/cgroup", NULL, MS_BIND, NULL), 0);
	assert_int_equal(mkdir(CGROUP_ROOT "/a", 0755), 0);
	assert_int_equal(mkdir(CGROUP_ROOT "/a/b", 0755), 0);
	put(CGROUP_ROOT "/cgroup.controllers", "cpu memory pids\n");
	put(CGROUP_ROOT "/cgroup.subtree_control", "\n");
	put(CGROUP_ROOT "/a/cgroup.controllers", "cpu memory\n");
	put(CGROUP_ROOT "/a/cgroup.subtree_control", "cpu memory\n");
	put(CGROUP_ROOT "/a/cgroup.type", "domain\n");
	put(CGROUP_ROOT "/a/cgroup.procs", "7\n");
}

void unit_after(void)
{
	if (outside < 0)
		return;
	assert_int_equal(setns(outside, CLONE_NEWNS), 0);
	close(outside);
	outside = -1;
}

static void lacks(const char *reason)
{
	char why[PROBLEM_TEXT_MAX];
	assert_false(memory_group_check(why));
	assert_contains(why, reason);
}

TEST(a_group_is_made_beside_the_own_where_the_parent_has_the_controller)
{
	char why[PROBLEM_TEXT_MAX];
	pretend("4:memory:/x\n0::/a/b\n");
	assert_true(memory_group_check(why));
	assert_contains(why, "a group in " CGROUP_ROOT "/a ");
	/* To begin to give it takes a group without processes. */
	put(CGROUP_ROOT "/a/cgroup.subtree_control", "cpu\n");
	lacks("/a/cgroup.subtree_control does not list memory, and cannot");
	put(CGROUP_ROOT "/a/cgroup.procs", "");
	assert_true(memory_group_check(why));
	put(CGROUP_ROOT "/a/cgroup.controllers", "cpu memory_other\n");
	lacks("unavailable: " CGROUP_ROOT "/a/cgroup.controllers does not list memory");
}

TEST(a_group_of_the_root_is_made_in_it)
{
	char why[PROBLEM_TEXT_MAX];
	pretend("0::/\n");
	assert_true(memory_group_check(why));
	assert_contains(why, "a group in " CGROUP_ROOT " ");
	/* The root of a container looks like it, but is a group with processes. */
	put(CGROUP_ROOT "/cgroup.type", "domain\n");
	put(CGROUP_ROOT "/cgroup.procs", "1\n");
	lacks("for there are processes in that group");
}

TEST(without_the_controller_or_a_group_of_v2_there_is_none)
{
	pretend("4:memory:/x\n");
	lacks("unavailable: /proc/self/cgroup names no group of v2");
	put(CGROUP_ROOT "/cgroup.controllers", "cpu\n");
	lacks("unavailable: no cgroup v2 memory controller here");
	unlink(CGROUP_ROOT "/cgroup.controllers");
	lacks("unavailable: no cgroup v2 memory controller here");
}

TEST(names_that_a_record_could_not_hold_are_refused)
{
	pretend("0::/a/b c\n");
	lacks("names no group of v2");
	put("/proc/self/cgroup", "0::/../a\n");
	lacks("names no group of v2");
}

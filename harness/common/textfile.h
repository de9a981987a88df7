/* Small text files, such as /proc and /sys are made of, read without stdio and without memory of our own.
 * The worker must not take any: what it maps is part of what fork copies. */
#ifndef FORKCOST_TEXTFILE_H
#define FORKCOST_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXTFILE_MAX = 16384 };

/* Reads a file whole (cut at text_bytes), without the trailing line break. False if it cannot be
 * read; errno says why and text is empty. */
bool textfile_read(const char *path, char *text, size_t text_bytes);

/* The same for a path below an open folder. */
bool textfile_read_at(int folder, const char *path, char *text, size_t text_bytes);

/* Calls `visit` for each line, without its line break and cut at room_bytes, however many there are.
 * `room` is used to read into. False if the file cannot be read to its end; errno says why. */
bool textfile_lines(const char *path, char *room, size_t room_bytes,
		    void (*visit)(const char *line, void *context), void *context);

/* The number that a line such as "VmPTE:   44 kB" gives for a key, "VmPTE", by which it begins: in `base`,
 * and in bytes if it is in kB. UINT64_MAX if the line is about something else or gives no number. */
uint64_t textfile_number(const char *line, const char *key, int base);

/* The same of the first such line of a file. UINT64_MAX if there is none; errno says why, ENODATA if the
 * file can be read but has no such line. */
uint64_t textfile_value(const char *path, const char *key, int base);

/* The same of /proc/PROCESS/status; of this process where `process` is 0. */
uint64_t textfile_status(long process, const char *key, int base);

/* Field `field` of a file such as /proc/PROCESS/stat, numbered from 1 as in proc(5), and above 2.
 * UINT64_MAX if it cannot be had; errno says why. */
uint64_t textfile_stat(const char *path, unsigned field);

/* Clock ticks since boot: all, the idle ones, iowait among them, and those that the hypervisor stole. */
struct textfile_ticks {
	uint64_t all, idle, stolen;
};

/* Adds those of a CPU; of all CPUs together where `cpu` is -1. `stat` is the text of /proc/stat. False if it says nothing
 * of this CPU. */
bool textfile_add_ticks(const char *stat, int cpu, struct textfile_ticks *ticks);

#endif

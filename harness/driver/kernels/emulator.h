/* A kernel booted in QEMU on one CPU, whose clock advances by a nanosecond with each instruction and by nothing else
 * (-icount), so that what it measures is how many were executed. It has no network, no disk and no way out but two serial
 * lines into memory files. */
#ifndef FORKCOST_EMULATOR_H
#define FORKCOST_EMULATOR_H

#include "harness/common/problem.h"
#include "harness/driver/base/tool.h"

#include <stddef.h>

/* What is always the same, for results to name. */
#define EMULATOR_PROGRAM "qemu-system-x86_64"
#define EMULATOR_CPU "max,-erms,-fsrm"
#define EMULATOR_CLOCK "shift=0,sleep=off"
#define EMULATOR_APPEND                                                                            \
	"console=ttyS0 quiet loglevel=1 panic=-1 nokaslr norandmaps clocksource=tsc tsc=reliable " \
	"guest.icount=1"

enum { EMULATOR_VERSION_MAX = 128 };

/* Begins as {.console_fd = -1, .sent_fd = -1}. */
struct boot {
	struct tool qemu;
	int console_fd, sent_fd;
};

/* The version line of QEMU; fails where it is not installed, or this processor is none that is emulated here. */
enum outcome emulator_find(char version[EMULATOR_VERSION_MAX], struct problem *problem);

/* Boots a kernel's file with the first files of image.h, with further words on its command line (NULL: none), and for
 * `limit_s` seconds at most. boot_close() is due even after a failure. */
enum outcome boot_start(struct boot *boot, const char *kernel, int initramfs_fd, const char *append,
			int limit_s, struct problem *problem);

/* Waits until it has ended. On success `*bytes` is what it sent, at most SENT_BYTES_MAX, which the caller frees; a problem
 * has the last words on its console. */
enum outcome boot_end(struct boot *boot, const char *kernel, int limit_s, char **bytes,
		      size_t *count, struct problem *problem);

/* Puts what the console's last line says behind a problem. */
void boot_blame_console(const struct boot *boot, struct problem *problem);

/* Kills and reaps it if it still runs. Safe to call twice. */
void boot_close(struct boot *boot);

#endif

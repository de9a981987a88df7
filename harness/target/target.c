/* forkcost-target: the program that exec arms start. Freestanding, with one mapping of its own. Its
 * first instruction reads the time; with an argument it writes this time into the wire form. Then
 * it exits with a status that proves that it ran.
 *
 * What argv[1] may say: harness/common/orders.h. One that is to stay does so no longer than that makes
 * sense. */
#include "harness/common/counter.h"
#include "harness/common/orders.h"
#include "harness/common/rawsys.h"
#include "harness/common/wire.h"

#include <linux/prctl.h>
#include <signal.h>
#include <time.h>

/* A user may look at it for long; the process that started it ends it. */
enum { STAY_S = 24 * 3600, LOOK_AGAIN_S = 10 };

/* Until it is killed, also by the death of its parent. */
static void stay(void)
{
	const struct timespec pause = {.tv_sec = LOOK_AGAIN_S};
	long parent = raw_syscall(SYS_getppid, 0, 0, 0, 0, 0);
	raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	for (int left = STAY_S / LOOK_AGAIN_S; left > 0; left--) {
		if (raw_syscall(SYS_getppid, 0, 0, 0, 0, 0) != parent)
			break;
		raw_syscall(SYS_nanosleep, (long)&pause, 0, 0, 0, 0);
	}
}

__attribute__((noreturn, used)) void target_main(uint64_t ticks, const long *stack);

void target_main(uint64_t ticks, const long *stack)
{
	// NOLINTNEXTLINE(performance-no-int-to-ptr): argv[1], as the kernel puts it; NULL where argc is 1
	const char *how = (const char *)stack[2];
	if (how && (*how == ORDER_GETTIME || *how == ORDER_COUNTER)) {
		if (*how == ORDER_GETTIME) {
			struct timespec now = {0};
			raw_syscall(SYS_clock_gettime, CLOCK_MONOTONIC_RAW, (long)&now, 0, 0, 0);
			ticks = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
		}
		raw_syscall(SYS_pwrite64, WIRE_FD, (long)&ticks, sizeof ticks,
			    WIRE_STAMP_OFFSET + offsetof(struct wire_stamps, target_ticks), 0);
		if (how[1] == ORDER_STAY) {
			stay();
		}
	}
	raw_exit_group(WIRE_STATUS_TARGET);
}

#if defined(__x86_64__)
__asm__(".globl _start\n"
	"_start:\n\t"
	"rdtsc\n\t"
	"shl $32, %rdx\n\t"
	"lea (%rax,%rdx), %rdi\n\t"
	"mov %rsp, %rsi\n\t"
	"and $-16, %rsp\n\t"
	"call target_main\n\t"
	"ud2\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n"
	"_start:\n\t"
	"mrs x0, cntvct_el0\n\t"
	"mov x1, sp\n\t"
	"bl target_main\n\t"
	"brk #1\n");
#elif defined(__riscv)
__asm__(".globl _start\n"
	"_start:\n\t"
	"rdtime a0\n\t"
	"mv a1, sp\n\t"
	"call target_main\n\t"
	"ebreak\n");
#endif

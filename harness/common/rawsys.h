/* System calls made inline, without libc: no errno, no wrapper, no stack frame. Used next to clock
 * readings, in children that share their parent's memory (METHODOLOGY, "Inside the window"), and in
 * forkcost-target.
 *
 * raw_syscall() returns what the kernel returns: a negative errno value on failure. Calling
 * conventions: syscall(2), "Architecture calling conventions". */
#ifndef FORKCOST_RAWSYS_H
#define FORKCOST_RAWSYS_H

#include <stdint.h>
#include <sys/syscall.h>

/* Part of its caller whatever the compiler thinks: a call would push a return address, which after a fork is
 * a page fault. */
#define INLINED static inline __attribute__((always_inline))

INLINED long raw_syscall(long number, long a, long b, long c, long d, long e)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result = number;
	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory", "cc");
	return x0;
#elif defined(__riscv) && __riscv_xlen == 64
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4)
			 : "memory");
	return a0;
#else
#error "forkcost knows the system call conventions of x86-64, aarch64 and riscv64 only"
#endif
}

/* clone(2), the child on its own stack. In the child, calls entry(argument), which must not return;
 * in the caller, returns the child's id. The child starts on a new stack and so cannot return from
 * this frame: therefore the call is in the assembly. */
// NOLINTNEXTLINE(readability-non-const-parameter): the kernel writes child_tid
INLINED long raw_clone_onto(unsigned long flags, void *stack_top, int *child_tid,
			    void (*entry)(void *), void *argument)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = (long)child_tid;
	register long r8 __asm__("r8") = 0;
	register void (*r12)(void *) __asm__("r12") = entry;
	register void *r13 __asm__("r13") = argument;
	long result = SYS_clone;
	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r13, %%rdi\n\t"
			 "call *%%r12\n\t"
			 "ud2\n\t"
			 "1:"
			 : "+a"(result)
			 : "D"(flags), "S"(stack_top), "d"(0L), "r"(r10), "r"(r8), "r"(r12),
			   "r"(r13)
			 : "rcx", "r11", "memory", "cc");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = SYS_clone;
	register long x0 __asm__("x0") = (long)flags;
	register void *x1 __asm__("x1") = stack_top;
	register long x2 __asm__("x2") = 0;
	register long x3 __asm__("x3") = 0;
	register int *x4 __asm__("x4") = child_tid;
	register void (*x10)(void *) __asm__("x10") = entry;
	register void *x11 __asm__("x11") = argument;
	__asm__ volatile("svc #0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, #0\n\t"
			 "mov x0, x11\n\t"
			 "blr x10\n\t"
			 "brk #1\n\t"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x10), "r"(x11)
			 : "memory", "cc");
	return x0;
#else
	register long a7 __asm__("a7") = SYS_clone;
	register long a0 __asm__("a0") = (long)flags;
	register void *a1 __asm__("a1") = stack_top;
	register long a2 __asm__("a2") = 0;
	register long a3 __asm__("a3") = 0;
	register int *a4 __asm__("a4") = child_tid;
	register void (*t3)(void *) __asm__("t3") = entry;
	register void *t4 __asm__("t4") = argument;
	__asm__ volatile("ecall\n\t"
			 "bnez a0, 1f\n\t"
			 "li s0, 0\n\t"
			 "mv a0, t4\n\t"
			 "jalr t3\n\t"
			 "ebreak\n\t"
			 "1:"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(t3), "r"(t4)
			 : "memory");
	return a0;
#endif
}

/* clone(2) without a separate stack for the child: both return from here, as after fork. */
INLINED long raw_clone(unsigned long flags)
{
	return raw_syscall(SYS_clone, (long)flags, 0, 0, 0, 0);
}

__attribute__((noreturn)) INLINED void raw_exit_group(int status)
{
	for (;;)
		raw_syscall(SYS_exit_group, status, 0, 0, 0, 0);
}

/* Ends only the calling thread. */
__attribute__((noreturn)) INLINED void raw_exit_thread(void)
{
	for (;;)
		raw_syscall(SYS_exit, 0, 0, 0, 0, 0);
}

#endif

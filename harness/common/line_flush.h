/* How a program drives one cache line out of every cache: LINE_FLUSH for each line's address, then LINE_FLUSHED.
 * Both are empty where the CPU does not let programs do that. */
#ifndef FORKCOST_LINE_FLUSH_H
#define FORKCOST_LINE_FLUSH_H

#if defined(__x86_64__)
/* CLFLUSH, Intel SDM vol. 2A and AMD APM vol. 3: from every cache of the coherence domain. */
#define LINE_FLUSH "clflush (%0)"
#define LINE_FLUSHED "mfence"
#elif defined(__aarch64__)
/* DC CIVAC: to the point of coherency. Linux lets programs use it (SCTLR_EL1.UCI). */
#define LINE_FLUSH "dc civac, %0"
#define LINE_FLUSHED "dsb ish"
#else
#define LINE_FLUSH ""
#define LINE_FLUSHED ""
#endif

#endif

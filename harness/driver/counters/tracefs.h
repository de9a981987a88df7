/* Tracepoints: their numbers, from tracefs. */
#ifndef FORKCOST_TRACEFS_H
#define FORKCOST_TRACEFS_H

#include <stdbool.h>
#include <stdint.h>

/* Opens tracefs where it is mounted, or else mounts it where nobody sees it: an own mount that is
 * attached to no path and ends with the descriptor. Returns a descriptor of its top folder, or -1;
 * errno is ENODEV if the kernel has none, EPERM if mounting it is not allowed, EACCES if it is
 * mounted but may not be read. */
int tracefs_open(void);

/* The number of a tracepoint, such as "tlb/tlb_flush", for perf_event_attr.config. False, with
 * errno: ENOENT if the kernel has no such tracepoint. `format_says`, if not NULL, must occur in the
 * tracepoint's format; errno is EPROTO if it does not. */
bool tracefs_event(int tracefs, const char *path, const char *format_says, uint64_t *number);

#endif

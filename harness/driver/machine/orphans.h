/* What a program that a user names leaves behind: the driver is a subreaper, so such processes become its children,
 * whatever session and group they put themselves into. */
#ifndef FORKCOST_ORPHANS_H
#define FORKCOST_ORPHANS_H

#include <stddef.h>
#include <sys/types.h>

enum { ORPHANS_KNOWN_MAX = 16 };

/* Children that are there before, and stay. */
struct orphans {
	size_t known_count;
	pid_t known[ORPHANS_KNOWN_MAX];
};

/* Notes the children that there are now. */
void orphans_note(struct orphans *orphans);

/* Kills and reaps every other child but `spared` (0: none), and what these leave in turn. Returns how many there were. */
size_t orphans_end(const struct orphans *orphans, pid_t spared);

#endif

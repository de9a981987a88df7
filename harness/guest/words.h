/* What the first process is to run: the words of a command line of forkcost. */
#ifndef FORKCOST_GUEST_WORDS_H
#define FORKCOST_GUEST_WORDS_H

enum { WORDS_MAX = 79 };

/* /command has a word a line: settings first, as env(1) takes them, then options of forkcost run. Options in the kernel's
 * command line, as forkcost.run="--preset quick", take the place of those. Puts the settings into the environment and the
 * words of the command, with NULL behind the last, into `words`, which stay ours. 0: there is none, or too many. */
int words_read(char *words[WORDS_MAX + 1]);

#endif

/* What to do where the kernel had no more of something: the remedy that a message ends with. */
#ifndef FORKCOST_REMEDY_H
#define FORKCOST_REMEDY_H

/* Names the limit that an errno says was reached, and what raises it; `otherwise` for an errno that
 * says nothing of a limit. So no message sends its reader to the wrong one. */
const char *remedy_or(int error, const char *otherwise);

#endif

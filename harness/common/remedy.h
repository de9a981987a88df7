/* The remedy at the end of a message, for when the kernel ran out of something. */
#ifndef FORKCOST_REMEDY_H
#define FORKCOST_REMEDY_H

/* Names the limit that an errno says was reached, and how to raise it; `otherwise` for an errno
 * that is about no limit. So a message never names the wrong limit. */
const char *remedy_or(int error, const char *otherwise);

#endif

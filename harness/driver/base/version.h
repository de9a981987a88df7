/* What this build calls itself; the Makefile gives both. */
#ifndef FORKCOST_VERSION_H
#define FORKCOST_VERSION_H

#ifndef FORKCOST_VERSION
#define FORKCOST_VERSION "unknown"
#endif
#ifndef FORKCOST_COMMIT
#define FORKCOST_COMMIT "unknown"
#endif

enum { FORKCOST_FORMAT = 3 }; /* of the samples and of the CSV files */

#endif

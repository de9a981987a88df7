/* `forkcost doctor`. */
#ifndef FORKCOST_DOCTOR_H
#define FORKCOST_DOCTOR_H

#include "harness/common/wire.h"

/* Says what this machine can and cannot measure, and how to mend it. Returns how many things keep
 * the suite from measuring at all. */
int doctor_examine(const struct wire_catalog *catalog);

#endif

/* What forkcost once is asked to do. */
#ifndef FORKCOST_ONCE_H
#define FORKCOST_ONCE_H

#include "harness/common/problem.h"
#include "harness/common/wire.h"
#include "harness/driver/base/options.h"

/* Fills in a request that is all zero from the options given. Fails on the first that is wrong, naming it. */
enum outcome once_parse(struct wire_request *request, const struct given *given,
			struct problem *problem);

#endif

#include "harness/driver/run/ask_worker.h"

#include "harness/driver/run/session.h"

enum { CATALOG_TIMEOUT_S = 20 };

enum outcome catalog_read(struct wire_catalog *catalog, struct problem *problem)
{
	struct session session;
	bool trustworthy = false;
	if (session_open(&session, 0, problem))
		return OUTCOME_FAILED;
	session.area->request.mode = WIRE_CATALOG;
	enum outcome outcome = session_start(&session, 1, problem);
	if (!outcome)
		outcome = session_wait(&session, CATALOG_TIMEOUT_S, NULL, NULL, &trustworthy,
				       problem);
	if (!outcome)
		*catalog = session.area->answer.catalog;
	session_close(&session);
	return outcome;
}

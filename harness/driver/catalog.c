#include "harness/driver/catalog.h"

#include "harness/driver/session.h"

#include <string.h>

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

const struct wire_primitive *catalog_primitive(const struct wire_catalog *catalog, const char *name)
{
	for (uint32_t i = 0; i < catalog->primitive_count; i++)
		if (strcmp(catalog->primitives[i].name, name) == 0)
			return &catalog->primitives[i];
	return NULL;
}

const struct wire_experiment *catalog_experiment(const struct wire_catalog *catalog,
						 const char *name)
{
	for (uint32_t i = 0; i < catalog->experiment_count; i++)
		if (strcmp(catalog->experiments[i].name, name) == 0)
			return &catalog->experiments[i];
	return NULL;
}

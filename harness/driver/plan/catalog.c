#include "harness/driver/plan/catalog.h"

#include <string.h>

const struct wire_primitive *catalog_primitive(const struct wire_catalog *catalog, const char *name)
{
	for (uint32_t i = 0; i < catalog->primitive_count; i++)
		if (strcmp(catalog->primitives[i].name, name) == 0)
			return &catalog->primitives[i];
	return NULL;
}

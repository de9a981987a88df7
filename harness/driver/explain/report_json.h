/* forkcost explain as JSON; docs/RESULTS-FORMAT.md describes it. */
#ifndef FORKCOST_REPORT_JSON_H
#define FORKCOST_REPORT_JSON_H

#include "harness/driver/explain/step.h"

#include <jansson.h>

/* A scene without its steps, which are to be appended to its "steps". */
json_t *report_scene(const struct scene *scene);

json_t *report_step(const struct step_result *result);

#endif

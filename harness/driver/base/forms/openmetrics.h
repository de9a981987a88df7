/* OpenMetrics text, version 1.0.0 (RFC-like specification of prometheus/OpenMetrics): labels' values and help are escaped,
 * names are ours. */
#ifndef FORKCOST_FORMS_OPENMETRICS_H
#define FORKCOST_FORMS_OPENMETRICS_H

#include <stdbool.h>
#include <stdio.h>

/* Begins a family of gauges. A unit is the end of the name, as "forkcost_time_seconds" has; NULL: none. */
void openmetrics_family(FILE *file, const char *name, const char *unit, const char *help);

/* Begins a sample; then its labels, the first with `first`; then its value. */
void openmetrics_sample(FILE *file, const char *name);
void openmetrics_label(FILE *file, bool first, const char *name, const char *value);
void openmetrics_value(FILE *file, double value);

/* Nothing may follow. */
void openmetrics_end(FILE *file);

#endif

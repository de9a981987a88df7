/* Finds forkcost's own files, in the build tree or installed. */
#ifndef FORKCOST_LOCATE_H
#define FORKCOST_LOCATE_H

#include "harness/common/problem.h"

#include <stddef.h>

/* The path of a program that lies beside this one, or in ../libexec/forkcost from it. */
enum outcome locate_program(const char *name, char *path, size_t path_bytes,
			    struct problem *problem);

/* The folder of the plot scripts: ../plots, or ../share/forkcost/plots once installed. */
enum outcome locate_plot_scripts(char *path, size_t path_bytes, struct problem *problem);

#endif

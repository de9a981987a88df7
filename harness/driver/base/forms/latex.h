/* LaTeX, in text mode. */
#ifndef FORKCOST_FORMS_LATEX_H
#define FORKCOST_FORMS_LATEX_H

#include <stdio.h>

/* Text that stays text: no command, no group, no comment, no option of the command before it. The
 * plus-minus sign needs no package. */
void latex_text(FILE *file, const char *text);

/* A line of comment, with its end; text cannot end it early. */
void latex_comment(FILE *file, const char *text);

/* Commands: words of ours as they are. Never text that came from elsewhere. */
void latex_markup(FILE *file, const char *markup);

#endif

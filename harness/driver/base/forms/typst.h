/* Typst, in markup. */
#ifndef FORKCOST_FORMS_TYPST_H
#define FORKCOST_FORMS_TYPST_H

#include <stdio.h>

/* Text that stays text: within [ and ] it is no markup, no code and no end of the content. */
void typst_text(FILE *file, const char *text);

/* Markup: words of ours as they are. Never text that came from elsewhere. */
void typst_markup(FILE *file, const char *markup);

#endif

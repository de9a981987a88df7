/* Markdown, as GitHub has it. */
#ifndef FORKCOST_FORMS_MARKDOWN_H
#define FORKCOST_FORMS_MARKDOWN_H

#include <stdio.h>

/* Text that stays text in a paragraph or a cell: nothing in it is markup, HTML, a link, or the end of a
 * cell; a line break, as any control character, is shown as "\x0a". */
void markdown_text(FILE *file, const char *text);

/* Text within <!-- and -->, which it cannot end. */
void markdown_comment(FILE *file, const char *text);

/* Markup: words of ours as they are. Never text that came from elsewhere. */
void markdown_markup(FILE *file, const char *markup);

#endif

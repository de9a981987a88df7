/* Sentences that go with a plan or a run: what it leaves out, for which experiments an option holds. */
#ifndef FORKCOST_NOTES_H
#define FORKCOST_NOTES_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

enum { NOTES_MAX = 32, NOTE_BYTES = 1000 };

struct notes {
	size_t count;
	size_t more; /* that there was no room for */
	char text[NOTES_MAX][NOTE_BYTES];
};

/* Adds a sentence, as printf; one that is there already is not added again. */
void notes_add(struct notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends text to a note or any other text of `bytes`, as printf; what does not fit is cut. */
void notes_append(char *text, size_t bytes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Fills text of `bytes`, as printf; what does not fit is cut. Returns it. */
const char *notes_fill(char *text, size_t bytes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Makes all but plain characters '?': what comes from a file must not steer a terminal. */
void notes_make_plain(char *text);

/* Prints each with `lead` before it, in lines of a terminal's width. */
void notes_print(FILE *out, const char *lead, const struct notes *notes);

/* As a JSON array, and back from one out of a file, made plain. */
json_t *notes_to_json(const struct notes *notes);
void notes_from_json(struct notes *notes, const json_t *array);

#endif

/* JSON, by jansson, so that no control character is left in it. */
#ifndef FORKCOST_FORMS_JSON_H
#define FORKCOST_FORMS_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Writes a value with jansson's flags and a line end. False if there is none or memory is short; whether it
 * could be written the stream knows. */
bool json_put(FILE *file, const json_t *value, size_t flags);

/* Writes an object whose last key, KEY, which is ours, holds a list of so many items, each made when it is
 * its turn: a line an item, and memory for one. `head`: its other keys. False as json_put(). */
bool json_put_list(FILE *file, const json_t *head, const char *key, size_t count,
		   json_t *(*item)(const void *context, size_t index), const void *context,
		   size_t flags);

/* Text of any bytes as a string: those that are no UTF-8 are shown as "\x80". */
json_t *json_text(const char *text);

/* A whole number; where it is `unknown`, the reason why. */
json_t *json_known_or(uint64_t value, uint64_t unknown, const char *why);

#endif

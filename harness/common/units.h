/* Reading and writing quantities with units. Sizes are powers of 1024 (K, M, G, T; an optional "iB"
 * or "B" is allowed), times are ns, us, ms, s, m or h, shares are percents. */
#ifndef FORKCOST_UNITS_H
#define FORKCOST_UNITS_H

#include "harness/common/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "64M" -> bytes. Fails on anything except digits and one unit, and on overflow. */
enum outcome units_parse_bytes(const char *text, uint64_t *bytes, struct problem *problem);

struct size_list {
	uint64_t *bytes; /* they rise, and each is there once */
	size_t capacity, count;
};

/* False if it is new and there is no room for it. */
bool size_list_add(struct size_list *list, uint64_t bytes);

/* A list of sizes and geometric ranges, "0,1M..4G*4" -> 0, 1M, 4M, ... 4G: sorted, without
 * duplicates. Fails if the list is malformed, empty, or has more than `capacity` sizes. */
enum outcome units_parse_bytes_list(const char *text, uint64_t *bytes, size_t capacity,
				    size_t *count, struct problem *problem);

/* "5m" -> nanoseconds; a bare number is seconds. Zero is refused. */
enum outcome units_parse_duration(const char *text, uint64_t *duration_ns, struct problem *problem);

/* "2%" or "2" -> 0.02. From 0.01 % to 100 %. */
enum outcome units_parse_percent(const char *text, double *share, struct problem *problem);

/* A whole number from `low` to `high`. */
enum outcome units_parse_count(const char *text, uint64_t low, uint64_t high, uint64_t *count,
			       struct problem *problem);

/* Takes the next word off a list with commas between: copies it to `word`, and moves *list behind its comma,
 * or makes it NULL where there is none. False if the word is empty or does not fit. */
bool units_split(const char **list, char *word, size_t word_bytes);

/* What stands behind the name of things of which there are so many: "s", or "" where there is one. */
static inline const char *units_plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

enum { UNITS_TEXT_MAX = 24 };

/* 67108864 -> "64 MiB"; exact if whole, else one decimal. Returns `text`. */
const char *units_format_bytes(uint64_t bytes, char text[UNITS_TEXT_MAX]);

/* 1234567 ns -> "1.23 ms": three significant digits; "n/a" if it is not finite. Returns `text`. */
const char *units_format_ns(double duration_ns, char text[UNITS_TEXT_MAX]);

/* The unit in which units_format_ns() shows it: 1e6 and "ms" of 1234567. */
double units_scale_ns(double duration_ns, const char **name);

/* 134 s -> "2m14s"; "n/a" if it is below 0, not finite, or too large. Below half a second as
 * units_format_ns(). Returns `text`. */
const char *units_format_seconds(double seconds, char text[UNITS_TEXT_MAX]);

#endif

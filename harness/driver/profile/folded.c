#include "harness/driver/profile/folded.h"

#include "harness/driver/base/forms/terminal.h"

#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* Deeper stacks keep their innermost functions. */
enum { TEXT_MAX = 4096 };

struct counted {
	uint64_t samples;
	enum item item;
	char text[];
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct counted *)a)->text, ((const struct counted *)b)->text);
}

/* Outermost first, from the outermost that fits. */
static void put_text(char text[TEXT_MAX], const char *whose, const struct stack *stack)
{
	size_t length = (size_t)snprintf(text, TEXT_MAX / 4, "%s", whose);
	size_t room = TEXT_MAX - 1 - length, depth = 0;
	while (depth < stack->depth && room > strlen(stack->functions[depth]) + 1)
		room -= strlen(stack->functions[depth++]) + 1;
	while (depth-- > 0)
		length += (size_t)snprintf(text + length, TEXT_MAX - length, ";%s",
					   stack->functions[depth]);
}

enum item folded_add(struct folded *folded, const char *whose, const struct stack *stack)
{
	static union {
		struct counted head;
		char room[sizeof(struct counted) + TEXT_MAX];
	} key;
	put_text(key.head.text, whose, stack);
	struct counted *const *found = tfind(&key, &folded->tree, compare);
	if (found) {
		(*found)->samples++;
		return (*found)->item;
	}
	enum item item = item_of(stack->functions, stack->depth);
	size_t bytes = strlen(key.head.text) + 1;
	struct counted *entry =
		folded->count < FOLDED_STACKS_MAX ? malloc(sizeof *entry + bytes) : NULL;
	if (entry) {
		*entry = (struct counted){1, item};
		memcpy(entry->text, key.head.text, bytes);
	}
	if (entry && tsearch(entry, &folded->tree, compare)) {
		folded->count++;
	} else {
		folded->dropped++;
		free(entry);
	}
	return item;
}

static void write_one(const void *node, VISIT visit, void *file)
{
	const struct counted *entry = *(struct counted *const *)node;
	if (visit == postorder || visit == leaf)
		print_to(file, "%s %" PRIu64 "\n", entry->text, entry->samples);
}

void folded_write(const struct folded *folded, FILE *file)
{
	twalk_r(folded->tree, write_one, file);
}

void folded_free(struct folded *folded)
{
	tdestroy(folded->tree, free);
	*folded = (struct folded){0};
}

/* What perf script says, or anybody in its place: samples come out bounded, with names that stay within a line of folded
 * stacks, each of some item; and however the text is cut into parts, the same ones. */
#include "harness/driver/profile/folded.h"
#include "harness/driver/profile/stacks.h"
#include "tests/fuzz/fuzz.h"

#include <ctype.h>
#include <string.h>

struct taken {
	struct folded folded;
	uint64_t count, sum; /* of all that was taken, in order */
};

static void take(void *context, const struct stack *stack)
{
	struct taken *taken = context;
	taken->count++;
	taken->sum = taken->sum * 31 + stack->at_ns + (uint64_t)stack->thread;
	FUZZ_HOLDS(stack->depth <= STACKS_DEPTH_MAX);
	for (size_t i = 0; i < stack->depth; i++) {
		const char *name = stack->functions[i];
		size_t length = strnlen(name, STACKS_NAME_MAX);
		FUZZ_HOLDS(length > 0 && length < STACKS_NAME_MAX);
		for (size_t c = 0; c < length; c++) {
			FUZZ_HOLDS(isgraph((unsigned char)name[c]) && name[c] != ';');
			taken->sum = taken->sum * 31 + (unsigned char)name[c];
		}
	}
	enum item item = folded_add(&taken->folded, "fork exit 0;caller", stack);
	FUZZ_HOLDS(item < ITEM_ALL_COUNT && item != ITEM_OTHERS);
	FUZZ_HOLDS((item == ITEM_USER) == (stack->depth == 0));
}

static struct stacks feed(struct taken *taken, const char *text, size_t size, size_t step)
{
	static struct stacks stacks;
	*taken = (struct taken){0};
	stacks = (struct stacks){.take = take, .context = taken};
	for (size_t at = 0; at < size; at += step)
		stacks_feed(&stacks, text + at, size - at < step ? size - at : step);
	stacks_end(&stacks);
	FUZZ_HOLDS(taken->folded.count + taken->folded.dropped <= taken->count);
	return stacks;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taken whole, parts;
	if (size == 0)
		return 0;
	const struct stacks one = feed(&whole, (const char *)data, size, size);
	const struct stacks other = feed(&parts, (const char *)data, size, 1 + data[0] % 7);
	FUZZ_HOLDS(one.lost == other.lost && one.strange == other.strange);
	FUZZ_HOLDS(whole.count == parts.count && whole.sum == parts.sum);
	folded_free(&whole.folded);
	folded_free(&parts.folded);
	return 0;
}

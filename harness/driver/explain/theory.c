#include "harness/driver/explain/theory.h"

#include "harness/common/traits.h"

void theory_begin(struct theory *theory)
{
	*theory = (struct theory){.frame = {THEORY_NO_FRAME, THEORY_NO_FRAME}};
}

bool theory_is_there(const struct theory *theory, enum walk_who who)
{
	return theory->standing[who] != STANDING_NONE && theory->standing[who] != STANDING_GONE;
}

int theory_map_count(const struct theory *theory, enum walk_who who)
{
	enum walk_who other = who == WALK_CALLER ? WALK_CHILD : WALK_CALLER;
	if (theory->frame[who] == THEORY_NO_FRAME)
		return 0;
	return !theory->one_table && theory->frame[other] == theory->frame[who] ? 2 : 1;
}

static void write_pages(struct theory *theory, enum walk_who who, char mark)
{
	enum walk_who other = who == WALK_CALLER ? WALK_CHILD : WALK_CALLER;
	theory->wrote = true;
	theory->writer = who;
	theory->effect = theory->writable[who]               ? EFFECT_NONE
			 : theory_map_count(theory, who) > 1 ? EFFECT_COPIED
							     : EFFECT_REUSED;
	if (theory->effect == EFFECT_COPIED)
		theory->frame[who] = theory->frames++;
	theory->writable[who] = true;
	theory->byte[who] = mark;
	if (theory->one_table && theory->frame[other] != THEORY_NO_FRAME)
		theory->byte[other] = mark;
}

static void leave_memory(struct theory *theory, enum standing standing)
{
	theory->standing[WALK_CHILD] = standing;
	theory->frame[WALK_CHILD] = THEORY_NO_FRAME;
	theory->writable[WALK_CHILD] = theory->one_table = false;
	theory->byte[WALK_CHILD] = 0;
	theory->standing[WALK_CALLER] = STANDING_RUNS;
}

static void start(struct theory *theory, uint32_t traits)
{
	if (traits & TRAIT_LIBC_CHILD) {
		leave_memory(theory, STANDING_FOREIGN);
		return;
	}
	theory->standing[WALK_CHILD] = STANDING_RUNS;
	theory->frame[WALK_CHILD] = theory->frame[WALK_CALLER];
	theory->byte[WALK_CHILD] = theory->byte[WALK_CALLER];
	theory->one_table = traits & TRAIT_SHARES_MEMORY;
	if (traits & TRAIT_STOPS_CALLER)
		theory->standing[WALK_CALLER] = STANDING_STOPPED;
	if (!theory->one_table)
		theory->writable[WALK_CALLER] = false;
	theory->writable[WALK_CHILD] = theory->one_table;
	if (traits & TRAIT_COPIES_HEAP)
		write_pages(theory, WALK_CHILD, theory->byte[WALK_CALLER]);
}

void theory_step(struct theory *theory, const struct wire_walk *walk, uint32_t step,
		 uint32_t traits)
{
	const struct walk_step *taken = &walk->steps[step];
	theory->wrote = false;
	switch (taken->act) {
	case WALK_OWN:
		theory->standing[WALK_CALLER] = STANDING_RUNS;
		theory->frame[WALK_CALLER] = theory->frames++;
		theory->writable[WALK_CALLER] = true;
		write_pages(theory, WALK_CALLER, walk_mark(walk, step));
		break;
	case WALK_START:
		start(theory, traits);
		break;
	case WALK_WRITE:
		write_pages(theory, taken->who, walk_mark(walk, step));
		break;
	case WALK_EXEC:
		leave_memory(theory, STANDING_FOREIGN);
		break;
	default:
		leave_memory(theory, STANDING_GONE);
		break;
	}
}

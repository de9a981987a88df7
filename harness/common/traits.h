/* The properties of a primitive that others must know. The worker's primitives declare them; the
 * driver learns them from the catalogue. */
#ifndef FORKCOST_TRAITS_H
#define FORKCOST_TRAITS_H

enum primitive_traits {
	TRAIT_COPIES_HEAP = 1 << 0,   /* its child writes every heap page: needs room for a second
 * heap */
	TRAIT_LIBC_CHILD = 1 << 1,    /* none of our code runs in the child before exec */
	TRAIT_THREAD = 1 << 2,        /* ends at a cleared tid and is never reaped */
	TRAIT_NOT_STAMPED = 1 << 3,   /* its child starts as clone's does: not worth measuring */
	TRAIT_SHARES_MEMORY = 1 << 4, /* the child shares the caller's memory (CLONE_VM) */
	TRAIT_STOPS_CALLER = 1 << 5,  /* the caller is blocked until exec or exit (CLONE_VFORK) */
	TRAIT_REFERENCE = 1 << 6,     /* the others' times are divided by its own */
	TRAIT_HEADLINE = 1 << 7,      /* programs are started with it, or it is the bare system call
 * of one that is: most of a run's time is for its rows */
	TRAIT_APART = 1 << 8,         /* the child has none of the caller's heap */
	TRAITS_ALL = (1 << 9) - 1,
};

#endif

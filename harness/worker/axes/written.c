/* written: how many percent of the heap's pages are written after the call. The experiment writes them, in its window;
 * there is nothing to prepare. */
#include "harness/worker/effects.h"

AXIS_EFFECT(WRITTEN);

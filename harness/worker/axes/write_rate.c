/* write_rate: how many pages are written in a second after the call. The experiment paces its writes, in its window; there
 * is nothing to prepare. A paced sample lasts as long as its rate says, so such cells have workers of their own. */
#include "harness/worker/effects.h"

AXIS_EFFECT(WRITE_RATE);

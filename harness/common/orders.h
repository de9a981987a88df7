/* How forkcost-target is asked to stamp: by the letters of argv[1]. Without it, or if that is another
 * word, it leaves no stamp. */
#ifndef FORKCOST_ORDERS_H
#define FORKCOST_ORDERS_H

enum {
	ORDER_COUNTER = 't', /* the first letter: stamp by the CPU counter... */
	ORDER_GETTIME = 'm', /* ... or by CLOCK_MONOTONIC_RAW, in ns */
	ORDER_STAY = 's',    /* the second, if any: then stay until it is killed */
};

#endif

/* The programs that exec arms start with --program static and dynamic: one source, linked both ways. All that either
 * does is what libc and the dynamic linker do before main() and after it. The status says which of them ran: the kernel
 * tells a program where it put the dynamic linker, if it has one. */
#include "harness/common/wire.h"

#include <sys/auxv.h>

int main(void)
{
	return getauxval(AT_BASE) ? WIRE_STATUS_DYNAMIC : WIRE_STATUS_STATIC;
}

/* Sends what the command left in /results/latest. */
#ifndef FORKCOST_GUEST_SEND_H
#define FORKCOST_GUEST_SEND_H

/* With the wait status of the command; -1: it could not be started. What is sent is read by harness/driver/kernels/sent.c:
 *
 *	forkcost-guest 1
 *	status STATUS
 *	file NAME BYTES          then that many bytes; for each file
 *	end
 *
 * It goes out of the second serial line as it is; with FORKCOST_SEND=console in the environment over the console, as
 * framed.h says. */
void send_results(int status);

#endif

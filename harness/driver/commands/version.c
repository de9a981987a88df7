/* forkcost version, and --version. */
#include "harness/driver/base/version.h"

#include "harness/driver/base/forms/terminal.h"
#include "harness/driver/commands/command.h"

static enum status run(const struct given *given)
{
	(void)given;
	print("forkcost %s (%s)\n", FORKCOST_VERSION, FORKCOST_COMMIT);
	return STATUS_DONE;
}

COMMAND(version, .summary = "print version and commit; --version is the same",
	.options = {.text = "Prints the version, and the commit that it was built from."},
	.run = run);

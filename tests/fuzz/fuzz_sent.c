/* What an emulated machine sends, whatever kernel runs there: its parts lie within what was sent, and do not overlap. */
#include "harness/driver/kernels/sent.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct problem problem;
	struct sent sent;
	if (sent_read(&sent, bytes, size, &problem))
		return 0;
	const struct sent_file *one = &sent.files[SENT_ENVIRONMENT],
			       *other = &sent.files[SENT_SAMPLES];
	for (size_t i = 0; i < SENT_FILES; i++) {
		const struct sent_file *file = &sent.files[i];
		FUZZ_HOLDS(file->count > 0 && file->bytes > bytes);
		FUZZ_HOLDS(file->count < (size_t)(bytes + size - file->bytes));
	}
	FUZZ_HOLDS(one->bytes + one->count < other->bytes ||
		   other->bytes + other->count < one->bytes);
	return 0;
}

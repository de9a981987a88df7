# The fuzzers: one for each tests/fuzz/fuzz_*.c, linked with all of the driver but main(). Built with
# clang they look for inputs of their own; with any compiler they replay those of the corpus.
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_OBJECTS := $(filter-out %/driver/main.o,$(DRIVER_OBJECTS)) $(COMMON_OBJECTS)
FUZZ_TIME ?= 3600

.PHONY: fuzzers fuzz-replays sanitized fuzz
fuzzers: $(FUZZ_NAMES:%=$(BUILD)/fuzz/fuzz_%)
fuzz-replays: $(FUZZ_NAMES:%=$(BUILD)/fuzz/replay_%)

$(BUILD)/fuzz/fuzz_%: $(BUILD)/driver/tests/fuzz/fuzz_%.o $(FUZZ_OBJECTS)
	@mkdir -p $(@D)
	@echo "  LINK $@"; $(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(DRIVER_LIBS) -lm

$(BUILD)/fuzz/replay_%: $(BUILD)/driver/tests/fuzz/fuzz_%.o $(BUILD)/driver/tests/fuzz/replay.o $(FUZZ_OBJECTS)
	@mkdir -p $(@D)
	@echo "  LINK $@"; $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(DRIVER_LIBS) -lm

# With clang and its sanitizers, into a folder of its own: what the tests want of it, or WHAT.
sanitized:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/sanitized CC=clang 'CFLAGS=-O1 -g -fno-omit-frame-pointer \
		-fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow -fno-sanitize-recover=all' \
		$(or $(WHAT),$(BUILD)/sanitized/forkcost unit-tests fuzz-replays fuzzers)

fuzz:
	@sh scripts/setup test
	@BUILD=$(BUILD) sh tests/fuzz/run $(FUZZ_TIME)

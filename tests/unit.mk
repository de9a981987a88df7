# The unit tests: one program for each tests/unit/test_*.c, linked with all of the driver but main().
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
UNIT_OBJECTS := $(call objects,driver,tests/unit/unit.c)

.PHONY: unit-tests
unit-tests: $(UNIT_TESTS)

$(BUILD)/tests/%: $(BUILD)/driver/tests/unit/%.o $(UNIT_OBJECTS) $(DRIVER_OBJECTS) $(COMMON_OBJECTS)
	@mkdir -p $(@D)
	@echo "  LINK $@"; $(CC) $(CFLAGS) $(LDFLAGS) -o $@ \
		$(filter-out %/driver/main.o,$^) $(DRIVER_LIBS) -lcmocka -lm

# make would remove them as intermediate files, and compile them again each time.
.SECONDARY:

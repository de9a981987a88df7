# forkcost: what starting a process costs on Linux. `make help` says what there is to make.
VERSION := 0.1.0
COMMIT := $(shell git -C . rev-parse --short=12 HEAD 2>/dev/null || echo unknown)

CC ?= cc
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	-Wformat=2 -Wundef -Werror
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=

ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. $(WARNINGS) $(CFLAGS) -MMD -MP
PACKAGES := jansson gsl hwloc libzstd
DRIVER_CFLAGS = $(shell pkg-config --cflags $(PACKAGES)) \
	-DFORKCOST_VERSION='"$(VERSION)"' -DFORKCOST_COMMIT='"$(COMMIT)"'
DRIVER_LIBS = $(shell pkg-config --libs $(PACKAGES)) -lpfm
# harness/static/without.c stands in for udev.
STATIC_LIBS = $(filter-out -ludev,$(shell pkg-config --static --libs $(PACKAGES))) -lpfm -lm
# The measured process is static and not position-independent: a library, or a relocated page, is
# part of what fork copies.
WORKER_CFLAGS := -fno-pie -fno-stack-protector
WORKER_LDFLAGS := -static -no-pie
# SLOWER=20 builds into a folder of its own: spans until reaped are 2 % longer, for self-checks.
ifdef SLOWER
BUILD := $(BUILD)/slower-$(SLOWER)
WORKER_CFLAGS += -DFORKCOST_SLOWER_PERMILLE=$(SLOWER)
endif
TARGET_CFLAGS := -ffreestanding -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fcf-protection=none
TARGET_LDFLAGS := -static -no-pie -nostdlib -s -Wl,--build-id=none -Wl,-z,noseparate-code \
	-Wl,-z,noexecstack
ifeq ($(filter x86_64 i686,$(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null)))),)
TARGET_CFLAGS := $(filter-out -fcf-protection=none,$(TARGET_CFLAGS))
endif

COMMON := $(wildcard harness/common/*.c)
WORKER := $(wildcard harness/worker/*.c harness/worker/axes/*.c bench/*.c bench/primitives/*.c)
DRIVER := $(wildcard harness/driver/*.c harness/driver/*/*.c harness/driver/*/*/*.c)
objects = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))
COMMON_OBJECTS := $(call objects,driver,$(COMMON))
DRIVER_OBJECTS := $(call objects,driver,$(DRIVER))
WORKER_OBJECTS := $(call objects,worker,$(COMMON) $(WORKER))
TARGETS := $(BUILD)/forkcost-target $(BUILD)/forkcost-target-static $(BUILD)/forkcost-target-dynamic
PROGRAMS := $(BUILD)/forkcost $(BUILD)/forkcost-worker $(TARGETS) $(BUILD)/forkcost-bare $(BUILD)/forkcost-guest
STATIC_PROGRAMS := $(patsubst $(BUILD)/%,$(BUILD)/static/%,$(PROGRAMS))

.PHONY: help all static bench quick full bench-reading plots readme test lint self-check install clean setup
.DEFAULT_GOAL := help

# Prints, and nothing else: not even a compiler need be there.
help:
	@sed -n 's/^#: //p' $(firstword $(MAKEFILE_LIST))

#: make bench       set up, build, measure (11 minutes), draw, print a table
#: make quick       the same in a minute and a half
#: make full        the same up to 4 GiB, in about 45 minutes
#: make plots       draw the latest run again; RUN=FOLDER for another
#: make test        set up, build, run all tests
#: make all         set up and build, no more
#: make static      the same in build/static, of programs that need no libraries where they run
#: make readme      write the reference run's tables into README.md
#: make fuzz        look for inputs that break it, an hour; FUZZ_TIME=SECONDS for another time
#: make self-check  the suite's own cost, and whether its intervals hold; ONLY="bare repeat", RUN=FOLDER
#: make bench-reading  how long it takes to read and draw runs as large as they get, and how much memory
#: make install     PREFIX=/usr/local DESTDIR=
#: make clean       remove build/; results/ stays

all: setup
	@$(MAKE) --no-print-directory $(PROGRAMS)

static: setup
	@$(MAKE) --no-print-directory $(STATIC_PROGRAMS)

setup:
	@sh scripts/setup bench

bench quick full: all
	@sh scripts/bench $@ $(BUILD)/forkcost

bench-reading: all
	@sh tests/scale $(BUILD)/forkcost

RUN ?= results/latest
plots: all
	@$(BUILD)/forkcost plot $(RUN)

# What stands in the run's folder, so that this needs no build.
readme:
	@sh scripts/readme

test:
	@sh scripts/setup test
	@$(MAKE) --no-print-directory $(PROGRAMS)
	@sh tests/run

lint:
	@sh tests/lint

self-check: all
	@sh scripts/self-check --run $(RUN) $(if $(ONLY),--only "$(ONLY)") $(BUILD)/forkcost

$(BUILD)/forkcost: $(DRIVER_OBJECTS) $(COMMON_OBJECTS)
	@echo "  LINK $@"; $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(DRIVER_LIBS)

$(BUILD)/static/forkcost: $(DRIVER_OBJECTS) $(COMMON_OBJECTS) $(BUILD)/driver/harness/static/without.o
	@mkdir -p $(@D)
	@echo "  LINK $@"; $(CC) $(CFLAGS) $(LDFLAGS) -static -Wl,--wrap=dlopen -o $@ $^ $(STATIC_LIBS)

# All others but one need none anyway.
$(BUILD)/static/forkcost-%: $(BUILD)/forkcost-%
	@mkdir -p $(@D)
	@cp $< $@

$(BUILD)/forkcost-worker: $(WORKER_OBJECTS)
	@echo "  LINK $@"; $(CC) $(CFLAGS) $(WORKER_LDFLAGS) -o $@ $^ -lm

$(BUILD)/forkcost-target: $(BUILD)/target/harness/target/target.o
	@echo "  LINK $@"; $(CC) $(TARGET_LDFLAGS) -o $@ $^

# One source, with libc as the worker has it, and as programs usually do.
$(BUILD)/forkcost-target-static: $(BUILD)/worker/harness/target/program.o
	@echo "  LINK $@"; $(CC) $(CFLAGS) $(WORKER_LDFLAGS) -o $@ $^

$(BUILD)/forkcost-target-dynamic: $(BUILD)/driver/harness/target/program.o
	@echo "  LINK $@"; $(CC) $(LDFLAGS) -o $@ $^

# Shares no code with the suite, and is linked as the worker is.
$(BUILD)/forkcost-bare: $(BUILD)/worker/harness/bare/bare.o
	@echo "  LINK $@"; $(CC) $(CFLAGS) $(WORKER_LDFLAGS) -o $@ $^

# Alone in a machine without libraries at first.
$(BUILD)/forkcost-guest: $(call objects,worker,$(wildcard harness/guest/*.c))
	@echo "  LINK $@"; $(CC) $(CFLAGS) $(WORKER_LDFLAGS) -o $@ $^

$(BUILD)/driver/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $<"; $(CC) $(ALL_CFLAGS) $(DRIVER_CFLAGS) -c -o $@ $<

$(BUILD)/worker/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $<"; $(CC) $(ALL_CFLAGS) $(WORKER_CFLAGS) -c -o $@ $<

$(BUILD)/target/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC   $<"; $(CC) $(ALL_CFLAGS) $(TARGET_CFLAGS) -c -o $@ $<

# The commit is part of what the driver says of itself: rebuild what says it when it changes.
$(BUILD)/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' >$@
.PHONY: FORCE
FORCE:
$(DRIVER_OBJECTS): $(BUILD)/commit

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/forkcost \
		$(DESTDIR)$(PREFIX)/share/forkcost/plots $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(BUILD)/forkcost $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(BUILD)/forkcost-worker $(TARGETS) $(BUILD)/forkcost-bare \
		$(BUILD)/forkcost-guest $(DESTDIR)$(PREFIX)/libexec/forkcost/
	install -m 644 plots/*.gp plots/published.csv $(DESTDIR)$(PREFIX)/share/forkcost/plots/
	install -m 644 docs/forkcost.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	@if $(BUILD)/forkcost completion bash >$(BUILD)/completion.bash; then \
		install -m 644 $(BUILD)/completion.bash \
			$(DESTDIR)$(PREFIX)/share/bash-completion/completions/forkcost; \
	else echo "no completion for bash: $(BUILD)/forkcost does not run here" >&2; fi

clean:
	rm -rf $(BUILD)

-include tests/unit.mk
-include tests/fuzz.mk
# Not all of $(BUILD): other builds, and a guest's system, lie in there.
-include $(shell find $(BUILD)/driver $(BUILD)/worker $(BUILD)/target -name '*.d' 2>/dev/null)

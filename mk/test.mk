# SPDX-License-Identifier: MIT
#
# What judges the kernel: test, repeat, torture, bench, matrix; and what judges the tests: mutants.

.PHONY: test repeat torture bench matrix mutants

N ?= 100
MINUTES ?= 1
SEED ?= 1
T ?=
export T
# Figures are taken without debugging aids, unless a profile is asked for.
bench_profile := $(if $(filter file,$(origin PROFILE)),release,$(PROFILE))

test: $(KERNEL) $(ISO)
	$(quiet)tools/setup --need $(QEMU) $(GDB) python:pytest python:xdist python:pytest_timeout python:elftools
	$(quiet)$(PYTHON) tests/run.py "$$T"

repeat: $(KERNEL)
	$(quiet)tools/setup --need $(QEMU)
	$(quiet)$(PYTHON) tools/repeat.py $(KERNEL) --times $(N)

matrix: $(KERNEL)
	$(quiet)tools/setup --need $(QEMU)
	$(quiet)$(PYTHON) tools/matrix.py $(KERNEL) --write docs/matrix.md

torture: $(KERNEL)
	$(quiet)tools/setup --need $(QEMU)
	$(quiet)$(PYTHON) tools/torture.py $(KERNEL) --minutes $(MINUTES) --suites "$$T" --seed $(SEED) \
		--smp $(SMP) --mem $(MEM) --clock $(ACCEL)

bench:
	$(quiet)tools/setup --need $(QEMU)
	$(quiet)$(MAKE) --no-print-directory PROFILE=$(bench_profile) all
	$(quiet)$(PYTHON) tools/bench.py build/$(bench_profile)/catnap.elf

mutants:
	$(quiet)tools/setup --need $(QEMU) patch python:elftools
	$(quiet)$(PYTHON) tests/mutants.py "$$T"

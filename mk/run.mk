# SPDX-License-Identifier: MIT
#
# What boots the kernel for a person: iso, run, gdb, gdb-server, record, replay.

.PHONY: iso run gdb gdb-server record replay

SMP ?= 2
MEM ?= 128M
UI ?= auto
ACCEL ?= mttcg
QEMU ?= qemu-system-x86_64
GDB ?= gdb
export QEMU
ISO := $(BUILD)/catnap.iso

# ROOT=DIR becomes an image that boots with the kernel.
ifneq ($(ROOT),)
INITRD := $(BUILD)/root.cpio
$(INITRD): FORCE
	$(quiet)tools/setup --need cpio
	@mkdir -p $(@D)
	$(quiet)(cd '$(ROOT)' && find . | LC_ALL=C sort | cpio --quiet -o -H newc) >$@
endif

# The image holds the command line, so another one makes another image.
export APPEND
$(BUILD)/.append: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$APPEND" '$(INITRD)' | cmp -s - $@ || printf '%s\n' "$$APPEND" '$(INITRD)' >$@

$(ISO): $(KERNEL) iso/grub.cfg tools/mkiso.py $(BUILD)/.append $(INITRD)
	$(quiet)tools/setup --need grub-mkrescue xorriso mformat /usr/lib/grub/i386-pc
	$(call say,ISO)
	$(quiet)$(PYTHON) tools/mkiso.py $(KERNEL) $@ --append "$$APPEND" $(INITRD:%=--initrd %)

machine = --smp $(SMP) --mem $(MEM) --accel $(ACCEL) --ui $(UI)
pvh = $(KERNEL) --append "$$APPEND" $(INITRD:%=--initrd %) $(machine)

iso: $(ISO)

run: $(ISO)
	$(quiet)tools/setup --need $(QEMU)
	$(quiet)$(PYTHON) tools/run.py $(KERNEL) --iso $(ISO) $(machine)

gdb: $(KERNEL) $(INITRD)
	$(quiet)tools/setup --need $(QEMU) $(GDB)
	$(quiet)$(PYTHON) tools/run.py $(pvh) --gdb --debugger $(GDB)

gdb-server: $(KERNEL) $(INITRD)
	$(quiet)tools/setup --need $(QEMU)
	$(quiet)$(PYTHON) tools/run.py $(pvh) --gdb-server $(PORT:%=--port %)

# One CPU; what it does is kept in $(BUILD)/recording, with a copy of the kernel that did it.
recording := $(BUILD)/recording
record: $(KERNEL) $(INITRD)
	$(quiet)tools/setup --need $(QEMU) $(GDB) qemu-img
	$(quiet)$(PYTHON) tools/record.py record $(recording) --kernel $(KERNEL) --append "$$APPEND" \
		$(INITRD:%=--initrd %) --mem $(MEM) --ui $(UI) --debugger $(GDB)

replay:
	$(quiet)tools/setup --need $(QEMU) $(GDB)
	$(quiet)$(PYTHON) tools/record.py replay $(recording) --debugger $(GDB)

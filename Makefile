# SPDX-License-Identifier: MIT
#
# Builds build/$(PROFILE)/catnap.elf from every .c and .asm file it finds: a new file needs no line here. What boots,
# tests and cleans up is in mk/*.mk. All paths are relative, so the tree may live anywhere, blanks in its path included.

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all FORCE

# `make build/release/kernel/mm/slab.o` means PROFILE=release.
PROFILE ?= $(or $(word 2,$(subst /, ,$(firstword $(filter build/%,$(MAKECMDGOALS))))),debug)
BUILD := build/$(PROFILE)
KERNEL := $(BUILD)/catnap.elf

# The compiler: LLVM=1 (or LLVM=-14 for clang-14), else CROSS_COMPILE's gcc, else the first of three that is there.
ifneq ($(LLVM),)
llvm_suffix := $(filter -%,$(LLVM))
CC := clang$(llvm_suffix) --target=x86_64-unknown-none-elf
LD := $(or $(shell command -v ld.lld$(llvm_suffix)),ld.lld)
OBJCOPY := llvm-objcopy$(llvm_suffix)
else
ifeq ($(origin CROSS_COMPILE),undefined)
CROSS_COMPILE := $(shell for p in x86_64-elf- x86_64-linux-gnu-; do \
	command -v $${p}gcc >/dev/null && command -v $${p}ld >/dev/null && echo $$p && break; done)
endif
ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin LD),default)
LD := $(CROSS_COMPILE)ld
endif
OBJCOPY ?= $(CROSS_COMPILE)objcopy
endif
NASM ?= nasm
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)

# Warnings are errors only where someone is paid to look at them: a newer compiler must not break a student's build.
ifeq ($(CI),true)
WERROR ?= 1
endif
werror := $(filter-out 0,$(WERROR))

CPPFLAGS := -nostdinc -Iinclude -I$(BUILD) -include include/linux/kconfig.h
WARNINGS := -Wall -Wextra -Wundef -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wimplicit-fallthrough -Wframe-larger-than=2048 -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-pointer-sign -Wno-address-of-packed-member $(if $(werror),-Werror)
CFLAGS := -std=gnu11 -ffreestanding -g -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fno-pic -fno-common \
	-fno-stack-protector -fno-strict-aliasing -fno-strict-overflow -fno-delete-null-pointer-checks \
	-fno-asynchronous-unwind-tables -fcf-protection=none $(WARNINGS)
ASFLAGS := -f elf64 -g -F dwarf -Iinclude/ -I$(BUILD)/ -Wall $(if $(werror),-Werror)
LDFLAGS := -m elf_x86_64 -static -nostdlib --no-gc-sections -X --build-id=none -z max-page-size=4096 -z noexecstack \
	--orphan-handling=$(if $(werror),error,warn) $(if $(werror),--fatal-warnings)

ifneq ($(LLVM),)
CFLAGS += -fno-addrsig
else
# lib/string.c's memset() must not become a call of memset().
CFLAGS += -fno-tree-loop-distribute-patterns -fno-allow-store-data-races -fconserve-stack
endif

ifeq ($(PROFILE),release)
CPPFLAGS += -DPROFILE_RELEASE
ASFLAGS += -DPROFILE_RELEASE
CFLAGS += -O2 -fomit-frame-pointer
else
CFLAGS += -Og -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-optimize-sibling-calls
endif

# The debug profile goes through these few lines for each lock: optimised, the debug kernel stays quick enough.
$(BUILD)/kernel/locking/lockdep.o: CFLAGS += -O2 -foptimize-sibling-calls

SOURCES := $(sort $(shell find boot kernel drivers fs lib tests/kernel \( -name '*.c' -o -name '*.asm' \) 2>/dev/null))
GENERATED := kernel/x86/asm-offsets.c
C_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(GENERATED),$(filter %.c,$(SOURCES))))
ASM_OBJS := $(patsubst %.asm,$(BUILD)/%.o,$(filter %.asm,$(SOURCES)))
OBJS := $(C_OBJS) $(ASM_OBJS)
OFFSETS := $(BUILD)/asm-offsets.inc

ifeq ($(filter-out 0,$(V)),)
quiet := @
endif
# $(call say,TAG): the one line that stands for a command, unless V=1 shows the command itself.
say = $(if $(quiet),@printf '  %-8s%s\n' '$1' '$(@:$(BUILD)/%=%)')

all: $(KERNEL)

-include $(wildcard mk/*.mk)

# A change of compiler or flags rebuilds everything: the stamp is rewritten only when its text changes.
$(BUILD)/.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(NASM) $(ASFLAGS)' | cmp -s - $@ || { \
		tools/setup --need $(NASM) $(firstword $(CC)) $(LD) && \
		echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(NASM) $(ASFLAGS)' >$@; }

# The same for the link: a file that comes or goes changes the list.
$(BUILD)/.link: FORCE
	@mkdir -p $(@D)
	@echo '$(LD) $(LDFLAGS) $(OBJS)' | cmp -s - $@ || echo '$(LD) $(LDFLAGS) $(OBJS)' >$@

$(C_OBJS): $(BUILD)/%.o: %.c $(BUILD)/.flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(quiet)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(ASM_OBJS): $(BUILD)/%.o: %.asm $(BUILD)/.flags $(OFFSETS) include/asm/cfi.inc
	$(call say,NASM)
	@mkdir -p $(@D)
	$(quiet)$(NASM) $(ASFLAGS) -MD $(@:.o=.d) -MP $< -o $@

# Offsets for the assembly, as the compiler sees them: it writes "->NAME value" lines into its output, sed picks them.
$(BUILD)/asm-offsets.s: $(GENERATED) $(BUILD)/.flags
	$(quiet)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -S $< -o $@

$(OFFSETS): $(BUILD)/asm-offsets.s
	$(call say,GEN)
	$(quiet)sed -n 's/^.*->\([A-Z0-9_]*\) \(-*[0-9]*\).*/%define \1 \2/p' $< >$@

# The kernel is linked twice: once to learn where its functions are, once with the symbol table of the first link.
# The table stands behind all text, so no function moves; mksyms.py --check proves it.
$(BUILD)/catnap.pass1.elf: $(OBJS) linker.ld $(BUILD)/.link
	$(call say,LD)
	$(quiet)$(LD) $(LDFLAGS) -T linker.ld $(OBJS) -o $@

$(BUILD)/ksyms.bin: $(BUILD)/catnap.pass1.elf tools/mksyms.py
	$(call say,SYMS)
	$(quiet)$(PYTHON) tools/mksyms.py $< -o $@

$(BUILD)/ksyms.o: $(BUILD)/ksyms.bin
	$(quiet)printf 'section .ksyms progbits alloc noexec nowrite align=16\nincbin "%s"\n' $< >$(@:.o=.asm)
	$(quiet)$(NASM) -f elf64 $(@:.o=.asm) -o $@

$(KERNEL): $(BUILD)/ksyms.o
	$(call say,LD)
	$(quiet)$(LD) $(LDFLAGS) -T linker.ld $(OBJS) $< -o $@
	$(quiet)$(PYTHON) tools/mksyms.py $@ --check $(BUILD)/ksyms.bin

-include $(OBJS:.o=.d) $(BUILD)/asm-offsets.d

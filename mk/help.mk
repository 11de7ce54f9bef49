# SPDX-License-Identifier: MIT
#
# What a newcomer types first: help, setup, clean.

.PHONY: help setup clean

define help_text
Catnap: how kernel code goes to sleep, and how an interrupt wakes it up.
  make setup       install what is missing (Debian, Ubuntu)
  make             build build/debug/catnap.elf
  make iso         build build/debug/catnap.iso, a GRUB image
  make run         boot the image: a window, or this terminal
  make gdb         boot under GDB, stop in schedule()
  make gdb-server  boot, wait for a debugger from elsewhere
  make record      record a run on one CPU, keys included
  make replay      open it in GDB at its end; back and forth from there
  make test        all tests; T=pattern some: make test T=provoke
  make repeat      the in-kernel suites N=100 times on 4 parallel CPUs
  make torture     random operations from many tasks; MINUTES=1 SEED=1
  make mutants     break one rule at a time, and see which test notices
  make bench       the table of costs, in instructions
  make matrix      run every context with every way of sleeping
  make lint        clang-format, clang-tidy, sparse, shellcheck, pyflakes
  make compdb      compile_commands.json, for editors
  make clean       remove build/
  SMP=2 MEM=128M   the machine             APPEND='run="ps; top"'  command line
  UI=window|curses|serial                  ACCEL=mttcg|icount|icount5|kvm
  ROOT=DIR         files for /             V=1  show the commands
  PROFILE=debug|release                    LLVM=1  clang and lld
  CROSS_COMPILE=x86_64-elf-                WERROR=1  warnings are errors
endef

help:
	$(info $(help_text))@:

setup:
	$(quiet)tools/setup

clean:
	$(quiet)rm -rf build compile_commands.json

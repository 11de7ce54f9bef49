# SPDX-License-Identifier: MIT
#
# What reads the code for us: lint, compdb.

.PHONY: lint compdb

# One entry a C file, with the flags that build it; the readers are clang's tools, which know no option of gcc's alone.
gcc_only := -fno-tree-loop-distribute-patterns -fno-allow-store-data-races -fconserve-stack
compile_commands.json: Makefile tools/compdb.py FORCE
	$(quiet)printf '%s\n' $(C_OBJS:$(BUILD)/%.o=%.c) | $(PYTHON) tools/compdb.py $@ -- $(CC) $(CPPFLAGS) $(filter-out $(gcc_only),$(CFLAGS))

compdb: compile_commands.json

lint: compile_commands.json $(OFFSETS)
	$(quiet)tools/setup --need clang-format clang-tidy sparse shellcheck pyflakes3
	$(quiet)$(PYTHON) tools/lint.py

# SPDX-License-Identifier: MIT
"""Loadable modules: their list, and their symbols, which GDB gets as soon as one is loaded.

What is looked at has Linux's names: the list `modules` of struct module, with name and the start of its text.
"""

import os

import gdb

from . import kernel
from .commands import command

known = {}  # address of the text: file whose symbols were added


def loaded():
    """The kernel's modules, or None when it has no list of them."""
    try:
        return list(kernel.members(kernel.variable("modules"), "struct module", "list"))
    except gdb.error:
        return None


def text_of(module):
    """Where a module's code is, by any of the names that the field has."""
    for path in (("mem", 0, "base"), ("core_layout", "base"), ("text",), ("base",)):
        value = module
        try:
            for step in path:
                value = value[step]
            return kernel.address(value)
        except (gdb.error, IndexError):
            continue
    return 0


def add_symbols(module):
    """The symbols of one module, from NAME.ko below the directory GDB runs in."""
    name, text = kernel.text(module["name"]), text_of(module)
    if not text or text in known:
        return
    for directory, _, names in os.walk("."):
        if f"{name}.ko" in names:
            known[text] = os.path.join(directory, f"{name}.ko")
            gdb.execute(f'add-symbol-file "{known[text]}" {text:#x}', to_string=True)
            return


@command("modules")
def modules(_):
    """List the loaded modules, with the address of their code and the file that their symbols come from."""
    found = loaded()
    if found is None:
        print("This kernel has no loadable modules: all its code is in catnap.elf.")
        return
    print("ADDRESS            NAME                 SYMBOLS")
    for module in found:
        add_symbols(module)
        text = text_of(module)
        print(f"{text:#018x} {kernel.text(module['name']):20} {known.get(text, '(no .ko file found)')}")

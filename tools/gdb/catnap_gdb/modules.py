# SPDX-License-Identifier: MIT
"""Loadable modules (modules): there are none, and their absence is said."""

from .commands import command


@command("modules")
def modules(_):
    """List the loaded modules: this kernel has none, and all its symbols are those of catnap.elf."""
    print("This kernel has no loadable modules: all its code is in catnap.elf.")

# SPDX-License-Identifier: MIT
"""What all commands have in common: how they are registered, and what becomes of errors."""

import gdb


class Catnap(gdb.Command):
    """Commands that know the kernel. `help NAME` says more of each."""

    def __init__(self):
        super().__init__("catnap", gdb.COMMAND_USER, prefix=True)

    def invoke(self, argument, from_tty):
        width = max(map(len, LISTED))
        for name in sorted(LISTED):
            print(f"{name:{width}}  {LISTED[name]}")


LISTED = {}
Catnap()


def command(name, complete=gdb.COMPLETE_NONE):
    """Makes a function of one string, the arguments, a command; its documentation is the command's help."""

    def register(function):
        class Command(gdb.Command):
            __doc__ = function.__doc__

            def invoke(self, argument, from_tty):
                try:
                    function(argument.strip())
                except gdb.MemoryError as error:
                    raise gdb.GdbError(f"{name}: {error} (before the kernel runs, its memory is not there)") from None
                except gdb.error as error:
                    raise gdb.GdbError(f"{name}: {error}") from None

        Command(name, gdb.COMMAND_USER, complete)
        LISTED[name] = function.__doc__.splitlines()[0]
        return function

    return register


def source_view():
    """The TUI, where this GDB and its terminal have it."""
    try:
        gdb.execute("layout src")
    except gdb.error as error:
        print(f"No source view: {error}")


def number(text, what):
    """A number that was typed, or any expression that is one."""
    try:
        return int(gdb.parse_and_eval(text))
    except gdb.error:
        raise gdb.GdbError(f"{text!r} is not {what}") from None

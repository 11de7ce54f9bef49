#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints the table that the kernel's `bench` command measures, on one CPU.

One tick of the guest's clock is one instruction there: the figures are the same on every host.
"""

import argparse
import re
import sys

import machine


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("kernel", help="the ELF image")
    parser.add_argument("--mem", default="512M", help="memory")
    args = parser.parse_args()
    with machine.Machine(kernel=args.kernel, mem=args.mem, clock="icount",
                         append='panic=exit run="bench; poweroff"') as guest:
        guest.wait_for(r"^# bench; poweroff$", "the shell never ran bench")
        code = guest.wait_for_exit()
        table = guest.console.rpartition("# bench; poweroff\n")[2]
    print(re.sub(r"^\[ *\d+\.\d+\].*\n?", "", table, flags=re.MULTILINE).strip())
    return 0 if code == machine.EXIT_POWEROFF else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except machine.MachineError as error:
        sys.exit(f"bench: {error}")

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes compile_commands.json: the files on standard input, each with the compiler and flags given."""

import argparse
import json
import os
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output")
    parser.add_argument("command", nargs="+", help="compiler and flags (after --)")
    args = parser.parse_args()
    entries = [{"directory": os.getcwd(), "file": name, "arguments": [*args.command, "-c", name]}
               for name in sys.stdin.read().split()]
    with open(args.output, "w", encoding="utf-8") as file:
        json.dump(entries, file, indent=1)


if __name__ == "__main__":
    main()

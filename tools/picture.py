#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Boots the kernel, types commands on its keyboard and saves a picture of the screen (PNG)."""

import argparse
import pathlib
import struct
import sys
import tempfile
import zlib

import machine


def chunk(kind, data):
    """One chunk of a PNG file: length, kind, data, checksum."""
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(ppm):
    """A binary PPM with 8 bits a colour, as QEMU writes it, as a PNG."""
    _, size, _, pixels = ppm.split(b"\n", 3)
    width, height = map(int, size.split())
    row = 3 * width
    lines = b"".join(b"\0" + pixels[at:at + row] for at in range(0, row * height, row))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kernel", help="the ELF image")
    parser.add_argument("output", type=pathlib.Path, help="the PNG to write")
    parser.add_argument("commands", nargs="*", help="what to type, a line each")
    parser.add_argument("--until", default=r"^# *\Z", help="what the screen must show before it is saved")
    parser.add_argument("--smp", type=int, default=2, help="number of CPUs")
    parser.add_argument("--append", default="", help="the kernel's command line")
    args = parser.parse_args()

    with machine.Machine(kernel=args.kernel, smp=args.smp, append=args.append) as guest, \
            tempfile.NamedTemporaryFile(suffix=".ppm") as ppm:
        guest.wait_for_prompt()
        for number, line in enumerate(args.commands, 1):
            guest.type(line + "\n")
            if number < len(args.commands):
                guest.wait_for_prompt()
        guest.wait_for_screen(args.until)
        guest.screendump(ppm.name)
        args.output.write_bytes(png(pathlib.Path(ppm.name).read_bytes()))


if __name__ == "__main__":
    try:
        main()
    except machine.MachineError as error:
        sys.exit(f"picture: {error}")

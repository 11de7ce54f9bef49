#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes a bootable GRUB image of the kernel, with its command line and its root file system."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile


def words(line):
    """Splits a kernel command line: at blanks, but not inside double quotes, which are dropped."""
    return [word.replace('"', "") for word in re.findall(r'(?:[^\s"]|"[^"]*"?)+', line)]


def grub_quote(word):
    """One word as GRUB's script language takes it literally."""
    return "'" + word.replace("'", "'\\''") + "'"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kernel", help="the ELF image")
    parser.add_argument("output", help="the ISO image to write")
    parser.add_argument("--append", default="", help="the kernel's command line")
    parser.add_argument("--initrd", help="an image to hand over as the first module")
    parser.add_argument("--config", default="iso/grub.cfg", help="GRUB's configuration")
    args = parser.parse_args()

    program = shutil.which("grub-mkrescue") or shutil.which("grub2-mkrescue")
    if not program:
        sys.exit("mkiso: grub-mkrescue is missing: 'make setup' installs it")
    with tempfile.TemporaryDirectory(prefix="catnap-iso-") as root:
        grub = os.path.join(root, "boot", "grub")
        os.makedirs(grub)
        shutil.copy(args.kernel, os.path.join(root, "boot", "catnap.elf"))
        module = ""
        if args.initrd:
            shutil.copy(args.initrd, os.path.join(root, "boot", "initrd"))
            module = "module2 /boot/initrd"
        with open(args.config, encoding="ascii") as file:
            config = file.read()
        config = config.replace("@APPEND@", " ".join(map(grub_quote, words(args.append))))
        with open(os.path.join(grub, "grub.cfg"), "w", encoding="ascii") as file:
            file.write(config.replace("@MODULE@", module))
        made = subprocess.run([program, "-o", args.output, root], check=False, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if made.returncode:
            sys.stderr.write(made.stdout)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

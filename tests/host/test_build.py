# SPDX-License-Identifier: MIT
"""The build: free of warnings with both compilers, from any path, rebuilding just what changed; and the image."""

import os
import re
import subprocess

import pytest
from elftools.dwarf.callframe import FDE
from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile

import machine
from conftest import KERNEL, ROOT, make


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("profile", ["debug", "release"])
def test_the_build_is_free_of_warnings_and_passes_the_suites(build_once, compiler, profile):
    kernel, said = build_once(compiler, profile)
    assert "warning" not in said.lower(), said
    if (compiler, profile) != ("gcc", "debug"):  # which has tests of its own: test_kernel.py
        code, console = machine.run(kernel=kernel, append="test=* panic=exit", clock="icount", smp=2)
        assert code == machine.EXIT_POWEROFF, console


@pytest.mark.slow
def test_a_change_rebuilds_what_it_must_and_nothing_else(built_tree):
    make(built_tree, "-j2", "iso")  # nothing to do either, unless the tests were started with other flags
    again = make(built_tree, "iso")
    assert "CC" not in again.stdout.split() and "LD" not in again.stdout.split(), again.stdout
    os.utime(built_tree / "include" / "linux" / "hung_task.h")
    built = make(built_tree, "-j2").stdout
    assert "kernel/debug/hung_task.o" in built and "lib/string.o" not in built, built
    os.utime(built_tree / "lib" / "string.c")
    assert make(built_tree).stdout.count("  CC ") == 1
    assert make(built_tree, "CC=gcc -pipe", "build/debug/lib/string.o").stdout.count("  CC ") == 1


@pytest.fixture
def path_without(tmp_path):
    """Makes a PATH with every program of this machine but one."""

    def build(missing):
        programs = tmp_path / "bin"
        programs.mkdir()
        for directory in filter(os.path.isdir, os.environ["PATH"].split(":")):
            for program in os.scandir(directory):
                if program.name != missing and not os.path.lexists(programs / program.name):
                    os.symlink(program.path, programs / program.name)
        return str(programs)

    return build


@pytest.mark.parametrize("target, missing", [("run", "qemu-system-x86_64"), ("iso", "grub-mkrescue"),
                                             ("gdb", "gdb"), ("lint", "sparse")])
def test_a_missing_program_is_named_with_the_command_that_brings_it(built_tree, path_without, target, missing):
    if target == "iso":
        (built_tree / "build" / "debug" / "catnap.iso").unlink()
    made = make(built_tree, target, PATH=path_without(missing))
    assert made.returncode != 0
    assert f"{missing} is missing: 'make setup' installs it" in made.stdout, made.stdout


def test_a_missing_assembler_is_named_before_anything_is_built(tree, path_without):
    made = make(tree, PATH=path_without("nasm"))
    assert made.returncode != 0
    assert "nasm is missing: 'make setup' installs it" in made.stdout, made.stdout


@pytest.fixture(scope="module")
def elf():
    with open(KERNEL, "rb") as file:
        yield ELFFile(file)


def test_no_segment_is_both_writable_and_executable(elf):
    both = P_FLAGS.PF_W | P_FLAGS.PF_X
    assert all(segment["p_flags"] & both != both for segment in elf.iter_segments())


def test_the_image_has_a_pvh_note(elf):
    notes = [note for segment in elf.iter_segments() if segment["p_type"] == "PT_NOTE"
             for note in segment.iter_notes()]
    assert any(note["n_name"] == "Xen" and note["n_type"] == 18 for note in notes), notes


def test_the_image_has_a_multiboot2_header_where_loaders_look():
    head = KERNEL.read_bytes()[:32768]
    at = head.find(bytes.fromhex("d65052e8"))
    assert at >= 0 and at % 8 == 0
    words = [int.from_bytes(head[at + 4 * i:at + 4 * i + 4], "little") for i in range(4)]
    assert sum(words) % (1 << 32) == 0 and words[1] == 0


def test_the_image_is_an_elf64_in_the_higher_half(elf):
    assert elf.elfclass == 64
    assert elf.get_section_by_name(".text")["sh_addr"] >= 0xFFFFFFFF80000000


def test_help_fits_one_screen():
    lines = make(ROOT, "help").stdout.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80


def test_the_package_list_needs_no_column_of_its_own():
    """Every entry names a program and one package."""
    rows = [line.split() for line in (ROOT / "tools" / "packages.txt").read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")]
    assert all(len(row) == 2 for row in rows)


def test_every_function_in_assembly_has_call_frame_information(elf):
    """But the trampoline, which runs elsewhere, before there is a stack."""
    covered = [(entry.header["initial_location"], entry.header["address_range"])
               for entry in elf.get_dwarf_info().CFI_entries() if isinstance(entry, FDE)]
    text = [number for number, section in enumerate(elf.iter_sections()) if section.name in (".text", ".boot.text")]
    symbols = [symbol for symbol in elf.get_section_by_name(".symtab").iter_symbols()
               if symbol["st_shndx"] in text and symbol["st_info"]["type"] == "STT_NOTYPE" and "." not in symbol.name
               and not re.match(r"_|multiboot2_start|unsupported|long_mode", symbol.name)]
    assert {"ret_from_fork", "start64", "interrupt_common", "preempt_schedule_thunk"} <= {each.name for each in symbols}
    for symbol in symbols:
        at = symbol["st_value"]
        assert any(start <= at < start + size for start, size in covered), symbol.name


def test_clangd_understands_the_sources(built_tree):
    """With what make compdb writes: a file of the core, of the drivers, of the tests."""
    made = make(built_tree, "compdb")
    assert made.returncode == 0, made.stdout
    for source in ("kernel/sched/core.c", "drivers/input/i8042.c", "tests/kernel/completion_test.c"):
        said = subprocess.run(["clangd", f"--check={source}"], cwd=built_tree, capture_output=True, text=True,
                              check=False).stderr
        assert "All checks completed, 0 errors" in said, said

# SPDX-License-Identifier: MIT
"""GDB sessions that the documents show are typed, and what GDB says is compared, numbers masked.

A block ```gdb WORDS``` shows commands behind "(gdb) ". WORDS are the kernel's command line. With `replay` in front they
were recorded, and GDB stands at the end; else the machine is live, as `make gdb` leaves it. Blocks of one document with
the same words are one session.
"""

import re

import pytest

from conftest import CPUS, KERNEL
from gdb import Live, Replay, record
from test_docs import BLOCKS, KEY, check, steps

SESSIONS = sorted({(block.document, block.options) for block in BLOCKS if block.kind == "gdb"})


def compare(block, expected, said):
    check(block, [line for line in expected if not KEY.match(line) and line.strip()], said)


FRAME = re.compile(r"^#\d+ .*?(<?\w+>?) \(.*?\)(?= at |$)")
PLACE = re.compile(r"^\d+\t|^\w+ \(.*\) at |^Temporary breakpoint|^Run till exit|\(More stack frames")


def functions(lines):
    return [match[1] for match in map(FRAME.match, lines) if match]


def compare_what_another_compiler_shows(block, expected, said):
    """It inlines other functions, and has other lines: the frames shown are there in this order, and all that is no place."""
    expected = [line for line in expected if not KEY.match(line) and line.strip()]
    lines = said.splitlines()
    there = iter(functions(lines))
    # What stands in front depends on where the breakpoint came to be.
    assert all(each in there for each in functions(expected)[1:]), f"{block}: {expected}\nbut it is\n{said}"
    rest = [line for line in expected if not FRAME.match(line) and not PLACE.match(line)]
    check(block, [word for line in rest for word in ("...", line)] + ["..."], said)


def run_session(gdb, pressing, document, options, compare_with=compare):
    for block in BLOCKS:
        if block.kind != "gdb" or (block.document, block.options) != (document, options):
            continue
        for command, expected in steps(block, "(gdb) "):
            keys = [KEY.match(line)[1] for line in expected if KEY.match(line)]
            compare_with(block, expected, pressing(command, *keys) if keys else gdb(command))


@pytest.mark.parametrize(("document", "options"), SESSIONS, ids=lambda value: "+".join(value) if
                         isinstance(value, tuple) else value)
def test_a_gdb_session_that_a_document_shows_goes_so(boot, tmp_path, each_kernel, document, options):
    compare_with = compare if each_kernel == KERNEL else compare_what_another_compiler_shows
    if options[0] == "replay":
        record(tmp_path / "recording", " ".join(options[1:]), each_kernel)
        with Replay(tmp_path / "recording") as gdb:
            run_session(gdb, None, document, options, compare_with)
        return
    with Live(boot, tmp_path, smp=CPUS[1], kernel=each_kernel, append=" ".join(options)) as live:
        run_session(live, live.pressing, document, options, compare_with)

# SPDX-License-Identifier: MIT
"""GDB sessions that the documents show are typed, and what GDB says is compared, numbers masked.

A block ```gdb WORDS``` shows commands behind "(gdb) ". WORDS are the kernel's command line. With `replay` in front they
were recorded, and GDB stands at the end; else the machine is live, as `make gdb` leaves it. Blocks of one document with
the same words are one session.
"""

import pytest

from conftest import CPUS
from gdb import Live, Replay, record
from test_docs import BLOCKS, KEY, check, steps

SESSIONS = sorted({(block.document, block.options) for block in BLOCKS if block.kind == "gdb"})


def compare(block, expected, said):
    lines = said.splitlines()
    check(block, [line for line in expected if not KEY.match(line) and line.strip()], "\n".join(lines))


def run_session(gdb, pressing, document, options):
    for block in BLOCKS:
        if block.kind != "gdb" or (block.document, block.options) != (document, options):
            continue
        for command, expected in steps(block, "(gdb) "):
            keys = [KEY.match(line)[1] for line in expected if KEY.match(line)]
            compare(block, expected, pressing(command, *keys) if keys else gdb(command))


@pytest.mark.parametrize(("document", "options"), SESSIONS, ids=lambda value: "+".join(value) if
                         isinstance(value, tuple) else value)
def test_a_gdb_session_that_a_document_shows_goes_so(boot, tmp_path, document, options):
    if options[0] == "replay":
        record(tmp_path / "recording", " ".join(options[1:]))
        with Replay(tmp_path / "recording") as gdb:
            run_session(gdb, None, document, options)
        return
    with Live(boot, tmp_path, smp=CPUS[1], append=" ".join(options)) as live:
        run_session(live, live.pressing, document, options)

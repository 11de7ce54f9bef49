# SPDX-License-Identifier: MIT
"""`make torture`: how it runs, what it says, and that one seed is one run."""

import re
import runpy
import subprocess

import pytest

import machine
from conftest import KERNEL, ROOT

TORTURE = ROOT / "tools" / "torture.py"


def torture(*arguments):
    return subprocess.run([TORTURE, KERNEL, *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=300, check=False)


def test_each_victim_has_a_line_that_says_what_was_done():
    ran = torture("--minutes", "0.05", "--suites", "wait", "--clock", "icount5", "--smp", "2")
    assert ran.returncode == 0, ran.stdout
    for victim in ("wait queues", "completions"):
        assert re.search(rf"^{victim} done: \d+ ms, \d+ tasks, [1-9]\d* operations, ", ran.stdout, re.MULTILINE)
    assert ran.stdout.endswith("1 passed, 0 failed\n")


def test_a_suite_that_is_not_there_is_named():
    ran = torture("--suites", "nothing")
    assert ran.returncode == 1 and "locks, rcu, signals, timers, wait, work" in ran.stdout


@pytest.mark.parametrize(("code", "said", "why"), [
    (machine.EXIT_TESTS_FAILED, "KTAP version 1\n1..1\n# torture of items: line 7, a check (seed=9)\nnot ok 1 torture_work\n",
     "a check"),
    (machine.EXIT_POWEROFF, "KTAP version 1\n1..1\n[    1.5] INFO: task test:9 blocked for more than 120 seconds.\n"
     "ok 1 torture_work\n", "the kernel reported INFO: task test:9 blocked"),
    (machine.EXIT_PANIC, "KTAP version 1\n1..1\nKernel panic - not syncing: provoked\n",
     "the kernel reported Kernel panic"),
], ids=["a check", "a report", "a panic"])
def test_what_fails_is_kept_and_the_command_that_repeats_it_printed(tmp_path, monkeypatch, capsys, code, said, why):
    monkeypatch.setattr(machine, "run", lambda *_, **__: (code, said))
    monkeypatch.setattr("sys.argv", ["torture", str(tmp_path / "catnap.elf"), "--minutes", "2", "--suites", "work",
                                     "--seed", "9", "--clock", "icount5"])
    assert runpy.run_path(str(TORTURE))["main"]() == 1
    printed = capsys.readouterr().out
    assert why in printed
    assert "make torture MINUTES=2 T=work SMP=4 ACCEL=icount5 SEED=9" in printed
    assert (tmp_path / "torture-work.log").read_text(encoding="utf-8") == said


@pytest.mark.parametrize("suite", ["torture_locks", "torture_wait"])
def test_one_seed_is_one_run_and_another_seed_another(tmp_path, suite):
    def console(name, seed):
        code, said = machine.replay(tmp_path / name, kernel=KERNEL, smp=4, clock="icount5",
                                    append=f"test={suite} seed={seed} panic=exit")
        assert code == machine.EXIT_POWEROFF, said
        return said

    first = console("first", 3)
    assert console("again", 3) == first
    assert console("other", 4).replace(b"seed=4", b"seed=3") != first

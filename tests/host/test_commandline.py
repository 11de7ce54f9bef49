# SPDX-License-Identifier: MIT
"""The kernel's command line: what it does not know it names, and nothing on it stops the boot."""

import re

import pytest

from machine import EXIT_POWEROFF


@pytest.mark.parametrize("word", ["frobnicate", "frobnicate=7", "run", "=5", "==", "a.b=c"])
def test_an_unknown_word_is_named_and_otherwise_left_alone(boot, word):
    machine = boot(append=f"{word} loglevel=7")
    machine.wait_for_prompt()
    if word.strip("="):
        assert any(word in line and "nknown" in line for line in machine.console.splitlines()
                   ) or word == "run"


@pytest.mark.parametrize("word", ["loglevel=banana", "maxcpus=-3", "maxcpus=0", "maxcpus=65", "maxcpus=1000", "hz=0",
                                  "hz=10001", "quiet=very", "acpi=on", "hz=frog", "seed=0xzz",
                                  "panic=maybe", "atomic_sleep=never", "loglevel=99999999999999999999",
                                  "loglevel="])
def test_a_malformed_value_is_reported_and_the_default_kept(boot, word):
    machine = boot(append=word, smp=2)
    machine.wait_for_prompt()
    name = word.split("=", maxsplit=1)[0]
    complaints = [line for line in machine.console.splitlines()
                  if name in line and ("alformed" in line or "nvalid" in line)]
    assert complaints, machine.console
    assert ", 2 CPUs" in machine.shell("uptime")


@pytest.mark.parametrize("line", ["", '"', 'run="echo open', "x" * 4000, " ".join(["many=1"] * 500),
                                  'run=""', "run=;;;", 'run="nosuch; echo next"', "\\ \x7f \xff"])
def test_no_command_line_stops_the_boot(boot, line):
    machine = boot(append=line)
    machine.wait_for_prompt()
    assert "hello" in machine.shell("echo hello")


def test_run_executes_its_commands_in_order_before_the_prompt(boot):
    machine = boot(append='run="echo one; echo two"')
    machine.wait_for(r"^one$")
    machine.wait_for(r"^two$")
    machine.wait_for_prompt()


def test_loglevel_silences_the_console_but_not_dmesg(boot):
    machine = boot(append="loglevel=1")
    machine.wait_for_prompt()
    quiet = len(machine.console.splitlines())
    assert quiet < len(machine.shell("dmesg").splitlines())


@pytest.mark.parametrize("word, cpus", [("maxcpus=1", 1), ("maxcpus=2", 2), ("maxcpus=64", 3), ("acpi=off", 1)])
def test_only_so_many_cpus_are_used(run, word, cpus):
    code, console = run(append=f'{word} run="uptime; poweroff"', smp=3)
    assert code == EXIT_POWEROFF
    assert re.search(rf", {cpus} CPUs?$", console, re.MULTILINE), console
    assert "malformed" not in console
    told = {"acpi: off", "acpi: no usable MADT; going on with one CPU"}
    assert all((line in console) == (word == "acpi=off") for line in told), console


@pytest.mark.parametrize("word, rate", [("hz=100", 100), ("", 250), ("hz=1000", 1000)])
def test_hz_is_the_rate_of_the_ticks(run, word, rate):
    code, console = run(append=f'{word} run="irqs; sleep 2; irqs; poweroff"', clock="icount")
    assert code == EXIT_POWEROFF
    before, after = map(int, re.findall(r"^LOC: +(\d+)", console, re.MULTILINE))
    assert 2 * rate <= after - before < 2.2 * rate + 20, console  # timers have interrupts besides


def test_quiet_leaves_only_what_is_urgent_on_the_console(run):
    stamp = re.compile(r"^\[ *\d+\.\d+\] ", re.MULTILINE)
    code, loud = run(append='run="echo said; poweroff"')
    assert code == EXIT_POWEROFF and len(stamp.findall(loud)) > 5
    code, quiet = run(append='quiet nosuchword run="echo said; dmesg; poweroff"')
    assert code == EXIT_POWEROFF
    console, dmesg = quiet.split("\nsaid\n", maxsplit=1)
    assert len(stamp.findall(console)) == 1, quiet  # the first, which names the command line, comes before that is read
    assert len(stamp.findall(dmesg)) > 5 and "unknown word nosuchword" in dmesg, quiet

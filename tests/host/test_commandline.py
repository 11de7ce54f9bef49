# SPDX-License-Identifier: MIT
"""The kernel's command line: what it does not know it names, and nothing on it stops the boot."""

import pytest


@pytest.mark.parametrize("word", ["frobnicate", "frobnicate=7", "run", "=5", "==", "a.b=c"])
def test_an_unknown_word_is_named_and_otherwise_left_alone(boot, word):
    machine = boot(append=f"{word} loglevel=7")
    machine.wait_for_prompt()
    if word.strip("="):
        assert any(word in line and "nknown" in line for line in machine.console.splitlines()
                   ) or word == "run"


@pytest.mark.parametrize("word", ["loglevel=banana", "maxcpus=-3", "hz=0", "hz=frog", "seed=0xzz",
                                  "panic=maybe", "atomic_sleep=never", "loglevel=99999999999999999999",
                                  "loglevel="])
def test_a_malformed_value_is_reported_and_the_default_kept(boot, word):
    machine = boot(append=word, smp=2)
    machine.wait_for_prompt()
    name = word.split("=", maxsplit=1)[0]
    complaints = [line for line in machine.console.splitlines()
                  if name in line and ("alformed" in line or "nvalid" in line)]
    assert complaints, machine.console


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

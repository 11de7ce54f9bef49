# SPDX-License-Identifier: MIT
"""Both ways to boot end at the same prompt, on any number of CPUs and any amount of memory."""

import re

import pytest

from conftest import ISO, LIVE_MODES
from machine import EXIT_POWEROFF

WAYS = pytest.mark.parametrize("way", [pytest.param({}, id="pvh"), pytest.param({"iso": ISO}, id="grub")])


@pytest.mark.parametrize("smp", [1, 2, 4, 8])
@WAYS
def test_every_cpu_is_brought_up(boot, way, smp):
    machine = boot(smp=smp, **way)
    machine.wait_for_prompt()
    assert re.search(rf", {smp} CPUs?$", machine.shell("uptime"), re.MULTILINE)


def test_as_many_cpus_as_the_kernel_can_use(run):
    code, console = run(append='run="uptime; poweroff"', smp=64)
    assert code == EXIT_POWEROFF and "did not start" not in console, console
    assert re.search(r", 64 CPUs$", console, re.MULTILINE), console


@pytest.mark.parametrize("mode", LIVE_MODES)
def test_the_prompt_comes_in_every_mode(boot, mode):
    machine = boot(**mode)
    machine.wait_for_prompt()
    assert "hello" in machine.shell("echo hello")


@pytest.mark.parametrize("mem, least, most", [("32M", 20 << 10, 32 << 10), ("4G", 4000 << 10, 4 << 20),
                                              ("8G", 8000 << 10, 8 << 20)])
@WAYS
def test_all_memory_is_used(boot, way, mem, least, most):
    machine = boot(mem=mem, **way)
    machine.wait_for_prompt()
    table = machine.shell("free")
    total, used, free = map(int, table.splitlines()[1].split()[:3])
    assert least <= free < total <= most and used == total - free, table


@pytest.mark.parametrize("machine_type", ["pc,acpi=off", "q35"])
def test_other_machines_boot(boot, machine_type):
    """Without ACPI there is one CPU; q35 has its tables and its interrupt controllers elsewhere."""
    machine = boot("-machine", machine_type, smp=2)
    machine.wait_for_prompt()
    assert "hello" in machine.shell("echo hello")

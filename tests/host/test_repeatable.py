# SPDX-License-Identifier: MIT
"""Under icount a boot is a function of its command line: the same bytes every time, on any number of CPUs."""

import pytest

from conftest import CPUS, KERNEL
from machine import replay

WORK = "ps; demo timer; demo mailbox; demo busy; sleep 1; echo done; irqs; free; uptime; poweroff"


@pytest.mark.slow
@pytest.mark.parametrize("clock", ["icount", "icount5"])
@pytest.mark.parametrize("smp", CPUS)
def test_the_same_seed_gives_the_same_run(tmp_path, smp, clock):
    runs = [replay(tmp_path / str(number), kernel=KERNEL, smp=smp, clock=clock,
                   append=f'seed=7 run="{WORK}"') for number in range(2)]
    assert runs[0][0] == 33 and b"\ndone" in runs[0][1]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("smp", CPUS)
def test_the_in_kernel_suites_repeat_too(tmp_path, smp):
    runs = [replay(tmp_path / str(number), kernel=KERNEL, smp=smp, clock="icount",
                   append="seed=3 test=*wait*") for number in range(2)]
    assert runs[0] == runs[1]

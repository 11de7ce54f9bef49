# SPDX-License-Identifier: MIT
"""How the machine is left: exit codes, power-off, reboot, and what panic= chooses."""

import machine
import pytest

from conftest import MODES


@pytest.mark.parametrize("mode", MODES)
def test_poweroff_leaves_with_33(run, mode):
    assert run(append='run="poweroff"', **mode)[0] == 33


def test_poweroff_goes_through_acpi_without_the_exit_device(boot):
    guest = boot(exit_device=False, append='run="poweroff"')
    assert guest.wait_for_exit() == 0


def test_passed_tests_leave_with_33(run):
    assert run(append="test=lib_string")[0] == 33


def test_a_pattern_that_matches_no_suite_fails_with_35(run):
    code, console = run(append="test=no_such_suite")
    assert code == 35, console
    assert "no_such_suite" in console


@pytest.mark.parametrize("mode", MODES)
def test_panic_exit_leaves_with_37(run, mode):
    code, console = run(append='panic=exit run="provoke panic"', **mode)
    assert code == 37
    assert "Kernel panic - not syncing" in console


def test_panic_reboot_restarts_the_machine(run):
    """QEMU is told not to reboot, so that a restart ends it."""
    code, console = run(append='panic=reboot run="provoke panic"')
    assert code == 0
    assert "Kernel panic - not syncing" in console


def test_panic_halt_stays_and_shows_the_panic(boot):
    machine = boot(append='panic=halt run="provoke panic"', smp=2)
    machine.wait_for("Kernel panic - not syncing")
    machine.wait_for_screen("Kernel panic - not syncing")
    assert machine.process.poll() is None


def test_reboot_restarts_the_machine(run):
    assert run(append='run="reboot"')[0] == 0


def test_a_guest_that_hangs_is_shown(boot, monkeypatch):
    guest = boot(smp=2)
    guest.wait_for_prompt()
    monkeypatch.setattr(machine, "STALLED_SECONDS", 1)
    with pytest.raises(machine.MachineError, match=r"(?s)Thread 2 .*do_idle.*Thread 1 .*do_idle"):
        guest.wait_for("what the guest never says")

# SPDX-License-Identifier: MIT
"""What things cost: the figures of docs/figures.md are those of this kernel, and low."""

import re
import subprocess

import pytest

from conftest import KERNEL, ROOT

PAGE = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
# Guest instructions, at the most: what each was made to stay within.
LIMITS = {
    "mutex_lock + mutex_unlock": 20, "down + up": 60, "wait_for_completion, already done": 60, "read_lock + read_unlock": 12,
    "rcu_read_lock + rcu_read_unlock": 6, "tasklet_schedule -> it runs": 150, "schedule_work -> it runs, SCHED_FIFO": 600,
    "spin_lock + spin_unlock": 9, "spin_lock_irqsave + spin_unlock_irqrestore": 14, "task create + run + exit + join": 2000,
}


def bench(kernel):
    """The table as {row: instructions}."""
    made = subprocess.run([ROOT / "tools/bench.py", kernel], stdout=subprocess.PIPE, text=True, check=True)
    return {name: int(figure) for name, figure in re.findall(r"^(.+?) +(\d+)$", made.stdout, re.MULTILINE)}


@pytest.fixture(scope="module")
def figures(build_once):
    return bench(build_once("gcc", "release")[0])


def test_nothing_costs_more_than_it_may(figures):
    assert {name: figures[name] for name, limit in LIMITS.items() if figures[name] > limit} == {}


def test_the_documented_figures_are_those_of_this_kernel(figures):
    """Within two in a hundred, and one."""
    version = subprocess.run(["gcc", "-dumpversion"], capture_output=True, text=True, check=True).stdout
    if version.split(".")[0].strip() != "12":
        pytest.skip(f"the figures are gcc 12's, and this is gcc {version}")
    documented = {name: int(figure) for name, figure in re.findall(r"^\| ([^|]+?) \| +(\d+) \|", PAGE, re.MULTILINE)}
    assert len(documented) > 25
    assert {name: (figure, figures[name]) for name, figure in documented.items()
            if abs(figures[name] - figure) > figure / 50 + 1} == {}


def test_a_ping_pong_in_the_fair_class_costs_half_as_much_again_at_the_most(figures):
    row = "wait-queue ping-pong, one way, "
    assert figures[row + "fair"] <= 1.5 * figures[row + "SCHED_FIFO"]


def test_a_switch_of_the_debug_profile_costs_less_than_lk_s():
    """Than LK's with its debugging aids."""
    limit = int(re.search(r"^\| wait-queue ping-pong, one way, SCHED_FIFO \|.*\((\d+)\)", PAGE, re.MULTILINE)[1])
    assert bench(KERNEL)["wait-queue ping-pong, one way, SCHED_FIFO"] < limit

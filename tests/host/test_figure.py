# SPDX-License-Identifier: MIT
"""The figure of a wake-up that docs/15-gdb.md shows, drawn again: the same rows, names and order; times are free."""

import re
import subprocess
import xml.etree.ElementTree as ET

from conftest import KERNEL, ROOT, environment


def shown(path):
    """A figure's bars from left to right, its arrows' names and what else is written, and its events as they follow."""
    shapes = [(each.get("class"), each) for each in ET.parse(path).getroot()]
    bars = sorted((float(each.get("y")), float(each.get("x")), kind) for kind, each in shapes
                  if each.tag.endswith("rect") and kind != "page")
    words = [re.sub(r"\d+(\.\d+)?", "N", each.text) for kind, each in shapes
             if each.tag.endswith("text") and kind not in ("event", "tick")]
    events = [(float(each.get("x")), each.text.split()) for kind, each in shapes if kind == "event"]
    return [(row, kind) for row, _, kind in bars], words, sorted((float(when), name) for _, (name, when) in events)


def test_the_figure_of_a_wake_up_shows_what_happens(tmp_path):
    drawn = subprocess.run([ROOT / "tools/figure.py", KERNEL, tmp_path / "wakeup.svg"], cwd=ROOT, env=environment(),
                           stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert (drawn.returncode, drawn.stdout) == (0, "")
    bars, words, events = shown(tmp_path / "wakeup.svg")
    committed_bars, committed_words, committed_events = shown(ROOT / "docs/img/wakeup.svg")
    assert bars == committed_bars
    assert words == committed_words
    assert [name for _, name in events] == [name for _, name in committed_events]
    times = [when for when, _ in events]
    assert times[0] == 0 and all(before < after for before, after in zip(times, times[1:], strict=False))

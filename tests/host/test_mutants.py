# SPDX-License-Identifier: MIT
"""The mutants of tests/mutants fit the sources they are to break; `make mutants` breaks them."""

import fnmatch
import re
import sys

import pytest

from conftest import ROOT, make

sys.path.insert(0, str(ROOT / "tests"))

import mutants  # noqa: E402  (needs the path above)

CASES = {f"{suite}.{case}" for path in (ROOT / "tests" / "kernel").rglob("*_test.c")
         for suite in re.findall(r'\.name = "(\w+)"', path.read_text(encoding="utf-8"))
         for case in re.findall(r"KUNIT_CASE\w*\((\w+)", path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("mutant", mutants.all_mutants(), ids=lambda mutant: mutant.name)
def test_a_mutant_fits_the_sources_and_names_tests_that_exist(mutant):
    mutant.apply(ROOT, "--dry-run")
    assert mutant.runs
    for run in mutant.runs:
        pattern = run["tests"] if "." in run["tests"] else run["tests"] + ".*"
        assert fnmatch.filter(CASES, pattern), f"no test is called {run['tests']}"


@pytest.mark.slow
def test_make_mutants_says_which_test_notices(built_tree):
    (built_tree / "tests/mutants/harmless.patch").write_text(
        "Rule: none.\nBroken: a comment.\nRun: params smp=1 clock=icount\n\n"
        "--- a/linker.ld\n+++ b/linker.ld\n@@ -1,1 +1,1 @@\n-/* SPDX-License-Identifier: MIT */\n+/* Anything. */\n", encoding="utf-8")
    made = make(built_tree, "mutants", "T=[hp]*[gs]")
    assert re.search(r"^preempted-is-sleeping: .*\n\tcaught by sched\.preempted_is\*", made.stdout, re.MULTILINE), made.stdout
    assert re.search(r"^harmless: .*\n\tSURVIVED$", made.stdout, re.MULTILINE), made.stdout
    assert made.returncode and "1 survived" in made.stdout

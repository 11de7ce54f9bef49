# SPDX-License-Identifier: MIT
"""What the host-side scenarios share: where the kernel is, and the ways to boot it."""

import fcntl
import itertools
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import machine  # noqa: E402  (needs the path above)

BUILD = ROOT / "build" / os.environ.get("PROFILE", "debug")
KERNEL = BUILD / "catnap.elf"
ISO = BUILD / "catnap.iso"

CPUS = [1, 2, 4]


def modes(*clocks):
    """Parameters for every number of CPUs with every clock."""
    return [pytest.param({"smp": smp, "clock": clock}, id=f"{smp}cpu-{clock}")
            for smp, clock in itertools.product(CPUS, clocks)]


MODES = modes("icount", "mttcg")
LIVE_MODES = modes("live", "mttcg")  # for what is typed from outside


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes long; started first")


def pytest_collection_modifyitems(items):
    """Long tests first, so that the workers finish together."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test's report ends with what its machines' consoles said last."""
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        for each in getattr(item, "machines", []):
            report.sections.append(("console", "\n".join(each.console.splitlines()[-60:])))


@pytest.fixture(scope="session")
def build_once(tmp_path_factory):
    """build_once(compiler, profile): that kernel, and what make said, whose warnings are errors. In the whole run each is
    built once, from nothing, by whichever worker comes first."""

    def build(compiler, profile):
        this_run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        copy = tmp_path_factory.getbasetemp().parent / f"{compiler}-{profile}-{this_run}"
        kernel, said = copy / "build" / profile / "catnap.elf", copy / "said"
        with open(f"{copy}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not copy.exists():
                shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"), symlinks=True)
                said.write_text(make(copy, "-j2", "WERROR=1", f"PROFILE={profile}",
                                     *(["LLVM=1"] if compiler == "clang" else [])).stdout, encoding="utf-8")
        assert kernel.exists(), said.read_text(encoding="utf-8")
        return kernel, said.read_text(encoding="utf-8")

    return build


@pytest.fixture(scope="session", params=["gcc", "clang"])
def each_kernel(request, build_once):
    """The debug kernel of each compiler."""
    return KERNEL if request.param == "gcc" else build_once("clang", "debug")[0]


@pytest.fixture
def boot(request):
    """Boots the debug kernel through PVH: boot(append="...", smp=2, clock="icount")."""
    request.node.machines = []

    def start(*extra, **options):
        if not options.get("iso"):
            options.setdefault("kernel", KERNEL)
        request.node.machines.append(machine.Machine(*extra, **options))
        return request.node.machines[-1]

    yield start
    for each in request.node.machines:
        each.close()


@pytest.fixture
def run():
    """Boots the debug kernel and waits until it leaves: returns (exit code, console)."""

    def start(*extra, **options):
        return machine.run(*extra, **{"kernel": KERNEL, **options})

    return start


@pytest.fixture
def make_iso(tmp_path):
    """Makes a GRUB image with a command line of its own."""

    def build(append, *more):
        image = tmp_path / "catnap.iso"
        subprocess.run([ROOT / "tools" / "mkiso.py", KERNEL, image, "--append", append, *more,
                        "--config", ROOT / "iso" / "grub.cfg"], check=True)
        return image

    return build


@pytest.fixture
def tree(tmp_path):
    """A copy of the sources, in a path with blanks."""
    copy = tmp_path / "a path with blanks" / "catnap"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"), symlinks=True)
    return copy


@pytest.fixture
def built_tree(tree):
    """The same, with what is built already: for tests of make's targets, which must not meet in one tree."""
    shutil.copytree(BUILD, tree / "build" / BUILD.name)
    return tree


def environment(**more):
    """What make and the tools see: no display, and nothing left over from the make that runs the tests."""
    removed = ("DISPLAY", "WAYLAND_DISPLAY", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PROFILE", "T", "N", "APPEND")
    return {**{name: value for name, value in os.environ.items() if name not in removed}, **more}


def make(where, *arguments, standard_input="", **more):
    """Runs make in a tree. Returns the finished process, both kinds of output in its stdout."""
    return subprocess.run(["make", *arguments], cwd=where, env=environment(**more), input=standard_input, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=350, check=False)

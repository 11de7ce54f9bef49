# SPDX-License-Identifier: MIT
"""The documents say what is so: their commands are typed, their listings compared, their links and names looked up.

A fenced block's first word says what it is:

    console       lines with "$ " are run on the host, a make only as far as `make -n`
    catnap        lines with "# " are typed at the shell, "[you press Ctrl-C]" on the keyboard; words behind
                  `catnap` are for the kernel's command line, but smp=N is for QEMU
    c FILE        an excerpt of that file
    c compile     C that must compile beside kernel/sched; a document's blocks make one file

All other lines are what is printed: "..." stands for anything, in a line or for whole lines, and one number is as
good as another, except a preempt_count (0x and eight digits). PIDs in commands are those that the block showed before.
"""

import dataclasses
import re
import shlex
import shutil
import subprocess

import pytest

from conftest import BUILD, KERNEL, ROOT, environment, make
from machine import EXIT_PANIC, EXIT_POWEROFF

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SOURCES = ["include", "kernel", "drivers", "lib", "boot", "tests/kernel"]
KEY = re.compile(r"^\[you press (.+)\]$")
TASK_COMMANDS = ("bt ", "kill ", "nice ", "taskset ")
LOOKS = ("bt ", "ps", "irqs", "taskset -cp ")  # typed again, if need be: a task that was just started may not sleep yet
LOOK_AGAIN = 20


@dataclasses.dataclass
class Block:
    """A fenced block: where it is, what its fence says, its lines."""

    document: str
    number: int
    info: list
    lines: list

    def __str__(self):
        return f"{self.document}:{self.number}"

    @property
    def panics(self):
        return any(line.startswith("Kernel panic") for line in self.lines)

    @property
    def kind(self):
        return self.info[0] if self.info else ""

    @property
    def options(self):
        return tuple(self.info[1:])


def blocks_of(path):
    """The fenced blocks of a document."""
    found, block = [], None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            if block is None:
                block = Block(str(path.relative_to(ROOT)), number, line[3:].split(), [])
            else:
                found.append(block)
                block = None
        elif block is not None:
            block.lines.append(line)
    assert block is None, f"{block} never ends"
    return found


BLOCKS = [block for path in DOCUMENTS for block in blocks_of(path)]


def prose(path):
    """A document without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def source_text(*below):
    """All sources in one string."""
    files = [path for top in below for path in sorted((ROOT / top).rglob("*")) if path.suffix in (".c", ".h", ".asm")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def masked(line):
    """A line with all numbers alike, and blanks squeezed; without printk's time stamp."""
    line = re.sub(r"^\[ *\d+\.\d+\] ", "", line.rstrip())
    line = re.sub(r"\b0x[0-9a-f]+|\b[0-9a-f]{16}\b|\d+(\.\d+)*",
                  lambda number: number[0] if re.fullmatch("0x[0-9a-f]{8}", number[0]) else "N", line)
    return re.sub(r"\s+", " ", line)


def matches(expected, printed):
    """Does the text printed look like the lines expected?"""
    pattern = ""
    for line in expected:
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += re.escape(masked(line)).replace(re.escape("..."), ".*") + r"\n"
    text = "".join(masked(line) + "\n" for line in printed.splitlines())
    return re.fullmatch(pattern, text)


def check(block, expected, printed):
    __tracebackhide__ = True
    shown = "\n".join(expected)
    assert matches(expected, printed), f"{block}: the document shows\n{shown}\nbut it is\n{printed}"


def steps(block, prompt):
    """A block's commands, each with the lines that follow it."""
    found = []
    for line in block.lines:
        if line.startswith(prompt):
            found.append((line.removeprefix(prompt), []))
        else:
            assert found, f"{block} begins with {line!r}, not with {prompt!r}"
            found[-1][1].append(line)
    return found


# ---- what is typed at Catnap's shell

def press(shell, keys):
    """Presses what the document calls Ctrl-C, Alt-SysRq-t or x."""
    shell.press(*keys.replace("SysRq", "sysrq").lower().split("-"))


def wait_for_line(shell, line):
    shell.wait_for("^" + re.sub(r"\d+", r"[0-9a-fx.]+", re.escape(line)) + "$")


def type_command(shell, command, expected):
    """Types a command, and its keys once what stands above them has been printed. Returns what was printed."""
    if not any(KEY.match(line) for line in expected):
        return shell.shell(command)
    shell.send_serial(command + "\r")
    shell.wait_for(re.escape(command) + r"\s*?\n")
    start = shell._position
    for above, line in zip([None, *expected], expected, strict=False):
        key = KEY.match(line)
        if key and above is not None and not KEY.match(above) and above != "...":
            wait_for_line(shell, above)
        if key:
            press(shell, key[1])
    shell.wait_for_prompt()
    return shell.console[start:shell._position - 2]


def run_session(shell, block):
    pids = {}
    for command, expected in steps(block, "# "):
        if command == "poweroff":
            shell.send_serial("poweroff\r")
            assert shell.wait_for_exit() == EXIT_POWEROFF
            return
        if command.startswith(TASK_COMMANDS):
            command = re.sub(r"\b\d+\b", lambda number: pids.get(number[0], number[0]), command)
        shown = [line for line in expected if not KEY.match(line)]
        for _ in range(LOOK_AGAIN if command.startswith(LOOKS) else 1):
            printed = type_command(shell, command, expected)
            if matches(shown, printed):
                break
        check(block, shown, printed)
        jobs = re.compile(r"^\[\d+\] (\d+)$", re.MULTILINE)
        pids.update(zip(jobs.findall("\n".join(expected)), jobs.findall(printed), strict=False))


def machine_options(options):
    """What the words behind `catnap` mean: for boot()."""
    smp = [option.removeprefix("smp=") for option in options if option.startswith("smp=")]
    append = " ".join(option for option in options if not option.startswith("smp="))
    return {"smp": int(smp[0]) if smp else 2, "append": append}


SESSIONS = sorted({(block.document, block.options) for block in BLOCKS if block.kind == "catnap" and not block.panics})


@pytest.mark.parametrize(("document", "options"), SESSIONS, ids=lambda value: "+".join(value) or "plain" if
                         isinstance(value, tuple) else value)
def test_what_a_document_types_at_the_shell_prints_what_it_shows(boot, document, options):
    shell = boot(**machine_options(options))
    shell.wait_for_prompt()
    for block in BLOCKS:
        if block.document == document and block.kind == "catnap" and block.options == options and not block.panics:
            run_session(shell, block)


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind == "catnap" and block.panics], ids=str)
def test_a_panic_that_a_document_shows_looks_so(run, block):
    options = machine_options(block.options)
    ((command, expected),) = steps(block, "# ")
    options["append"] += f' panic=exit run="{command}"'
    code, console = run(clock="icount", **options)
    assert code == EXIT_PANIC, console
    check(block, expected, console.partition(f"\n# {command}\n")[2])


# ---- what is typed on the host

HOST_COMMANDS = [pytest.param(block, command, expected, id=f"{block}-{command.split()[0]}")
                 for block in BLOCKS if block.kind == "console" for command, expected in steps(block, "$ ")]


@pytest.fixture
def playground(tmp_path):
    """The tree with directories of its own where commands write."""
    for path in ROOT.iterdir():
        if path.name not in ("docs", ".git"):
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "docs" / "img").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(("block", "command", "expected"), HOST_COMMANDS)
def test_a_host_command_that_a_document_shows_works(playground, block, command, expected):
    words = shlex.split(command)
    if words[0] == "make":
        variables = [word.partition("=")[0] for word in words[1:] if "=" in word]
        files = [ROOT / "Makefile", *(ROOT / "mk").glob("*.mk")]
        makefiles = "".join(path.read_text(encoding="utf-8") for path in files)
        assert all(re.search(rf"\b{name}\b", makefiles) for name in variables), f"{block}: no such variable"
        made = make(ROOT, "-n", *words[1:])
        assert made.returncode == 0, f"{block}: {made.stdout}"
        return
    assert words[0].startswith("tools/") or words[0] == "qemu-system-x86_64", f"{block}: {words[0]}: who is that?"
    ran = subprocess.run(command, shell=True, cwd=playground, env=environment(), stdin=subprocess.DEVNULL, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
    assert ran.returncode in (0, EXIT_POWEROFF), f"{block}: {ran.stdout}"
    if expected:
        check(block, expected, ran.stdout.replace("\r\n", "\n"))


def test_make_help_is_shown_as_it_is():
    """Every target that make help lists is explained in docs/building.md, and the other way round."""
    listed = set(re.findall(r"^  make (\w[\w-]*)  ", make(ROOT, "help").stdout, re.MULTILINE))
    page = (ROOT / "docs/building.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `make ([\w-]+)", page, re.MULTILINE))
    assert listed == explained


# ---- links, names, excerpts

def anchors(path):
    """What GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)]+)\)", prose(path)):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name) if name else path
        assert file.exists(), f"{path.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{path.name}: {target}"


def test_every_document_is_in_the_book_s_table_of_contents():
    contents = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    for path in DOCUMENTS[1:]:
        assert path.name == "README.md" or f"({path.name})" in contents, path.name


NUMBERS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
           "twenty")


def test_the_book_has_as_many_chapters_as_it_says():
    contents = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    said = NUMBERS.index(re.search(r"A book of (\w+) short chapters", contents)[1]) + 10
    listed = [int(number) for number in re.findall(r"^(\d+)\. \[", contents, re.MULTILINE)]
    assert listed == list(range(1, said + 1)) and len(list((ROOT / "docs").glob("[0-9][0-9]-*.md"))) == said


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_and_functions_that_a_document_names_exist(path):
    """In backquotes: paths from the root of the tree, names with (), and names with an underscore."""
    known = set(re.findall(r"\w+", source_text(*SOURCES)))
    text = prose(path)
    linux_only = set(re.findall(r"`([^`]+)`", " ".join(re.findall(r"<!-- Linux's: (.*?) -->", text))))
    for quoted in re.findall(r"`([^`\n]+)`", text):
        if re.fullmatch(r"(boot|include|kernel|drivers|lib|tests|tools|docs|mk|iso)/[\w./-]*", quoted):
            assert (ROOT / quoted).exists(), f"{path.name}: `{quoted}`"
        name = re.fullmatch(r"&?(?:\w+(?:->|\.))?(\w+)\(\)|(\w*_\w+)", quoted)
        if name and quoted not in linux_only:
            assert (name[1] or name[2]) in known, f"{path.name}: `{quoted}`"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_function_is_in_the_file_that_a_document_names(path):
    """`name()` (`path`), or `name()` in `path`."""
    for name, where in re.findall(r"`(\w+)\(\)`\s+(?:\(|in\s)`((?:\w+/)[\w./-]+)`", prose(path)):
        text = (ROOT / where).read_text(encoding="utf-8")
        assert re.search(rf"\b{name}\b", text), f"{path.name}: {name}() in {where}"


def squeezed(text):
    return re.sub(r"\s+", " ", text).strip()


EXCERPTS = [block for block in BLOCKS if block.kind == "c" and block.options != ("compile",)]


@pytest.mark.parametrize("block", EXCERPTS, ids=str)
def test_an_excerpt_is_in_its_file(block):
    rest = squeezed((ROOT / block.options[0]).read_text(encoding="utf-8"))
    for part in re.split(r"^\s*\.\.\.\s*$", "\n".join(block.lines), flags=re.MULTILINE):
        found = rest.find(squeezed(part))
        assert found >= 0, f"{block}: not in {block.options[0]}:\n{part}"
        rest = rest[found + len(squeezed(part)):]


COMPILED = sorted({block.document for block in BLOCKS if block.info == ["c", "compile"]})


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is missing")
@pytest.mark.parametrize("document", COMPILED)
def test_code_that_a_document_shows_compiles(tmp_path, document):
    code = tmp_path / "shown.c"
    lines = [line for block in BLOCKS if block.document == document and block.info == ["c", "compile"]
             for line in block.lines]
    code.write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run(["gcc", "-fsyntax-only", "-std=gnu11", "-ffreestanding", "-mcmodel=kernel", "-fno-pic",
                    "-mgeneral-regs-only", "-Wall", "-Wextra", "-Wno-sign-compare", "-Werror", "-nostdinc", "-Iinclude",
                    "-Ikernel/sched", f"-I{BUILD}", "-include", "include/linux/kconfig.h", code], cwd=ROOT, check=True)


# ---- reference pages are complete

def first_column(document):
    """The words in backquotes that begin a document's table rows."""
    rows = re.findall(r"^\| `([^` =]+)", (ROOT / "docs" / document).read_text(encoding="utf-8"), re.MULTILINE)
    return set(rows)


def test_every_word_of_the_command_line_has_its_row():
    code = set(re.findall(r'^early_param\("([\w.]+)"', source_text("kernel", "drivers", "lib", "tests/kernel/torture"),
                          re.MULTILINE))
    assert first_column("command-line.md") == code


def test_every_command_of_the_shell_has_its_row():
    commands = set(re.findall(r"^SHELL_COMMAND\((\w+)", source_text("kernel", "drivers", "tests/kernel"), re.MULTILINE))
    assert first_column("shell.md") == commands


def test_every_row_of_the_figures_is_measured_by_bench():
    measured = (ROOT / "tests/kernel/bench.c").read_text(encoding="utf-8").replace("%d", "1000")
    for row in re.findall(r"^\| ([^|]+?) \| +\d", (ROOT / "docs/figures.md").read_text(encoding="utf-8"), re.MULTILINE):
        assert f'"{row}"' in measured, row


def test_the_kernel_that_the_documents_describe_is_built():
    assert KERNEL.exists()

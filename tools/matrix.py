#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs every cell of the matrix, each way of sleeping in each context, and shows what came of it as a table.

Prints the table, or writes it between the marks in a document (--write), or fails when what stands there is another
(--check).
"""

import argparse
import dataclasses
import pathlib
import re
import sys

import machine

CELL = re.compile(r"^cell ([\w-]+) (\w+): (.*)$", re.MULTILINE)
CAUGHT = re.compile(r"^caught, rule ([\w ]+), (.*)$")
STAMP = re.compile(r"^\[ *\d+\.\d+\] ", re.MULTILINE)
BEGIN, END = "<!-- made by make matrix: begin -->\n", "<!-- end -->\n"

BY_SCHEDULE, BY_MIGHT_SLEEP = "scheduling while atomic", "sleeping function called from invalid context"
SHORT = {BY_SCHEDULE: "S", BY_MIGHT_SLEEP: "M"}


@dataclasses.dataclass
class Cell:
    """What one primitive did in one context."""

    context: str
    primitive: str
    verdict: str
    printed: str  # since the cell before

    @property
    def rule(self):
        """Which rule the report names; None for a cell that ran clean, or that is not as it should be."""
        match = CAUGHT.match(self.verdict)
        return match[1] if match else None

    @property
    def short(self):
        """One word for the table."""
        match = CAUGHT.match(self.verdict)
        if match:
            return SHORT.get(match[2], match[2])
        return "runs" if self.verdict == "clean" else self.verdict


def cells(console):
    """All cells of a console, in their order."""
    text = STAMP.sub("", console)
    found, start = [], text.find("# provoke all")
    for match in CELL.finditer(text):
        found.append(Cell(match[1], match[2], match[3], text[start:match.start()]))
        start = match.end()
    return found


def table(found):
    """The table, in Markdown: a row a context, a column a primitive, and a legend for the columns' numbers."""
    contexts = list(dict.fromkeys(cell.context for cell in found))
    primitives = list(dict.fromkeys(cell.primitive for cell in found))
    verdict = {(cell.context, cell.primitive): cell for cell in found}
    lines = [f"| context | {' | '.join(map(str, range(1, len(primitives) + 1)))} | rule named |",
             f"|---|{'---|' * len(primitives)}---|"]
    for context in contexts:
        row = [verdict[context, primitive] for primitive in primitives]
        rules = sorted({cell.rule for cell in row if cell.rule})
        lines.append(f"| `{context}` | {' | '.join(cell.short for cell in row)} | {', '.join(rules) or '–'} |")
    legend = ", ".join(f"{number} `{primitive}`" for number, primitive in enumerate(primitives, 1))
    return "\n".join(lines) + "\n\n" + fill("Columns: " + legend + ".") + "\n"


def fill(text, width=120):
    """The text in lines of this width."""
    lines = [""]
    for word in text.split(", "):
        if len(lines[-1]) + len(word) + 2 > width:
            lines.append("")
        lines[-1] += word + ", "
    return "\n".join(line.strip() for line in lines).rstrip(",")


def run(kernel, **options):
    """Boots and runs all cells. Returns the exit code and the console."""
    return machine.run(kernel=kernel, append='atomic_sleep=warn panic=exit run="provoke all; poweroff"', **options)


def replaced(text, new):
    """A document's text with another table."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the document has no marks for the table")
    return before + BEGIN + "\n" + new + "\n" + END + after


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("kernel", type=pathlib.Path, help="the ELF image, of the debug profile")
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE", help="put the table into this document")
    parser.add_argument("--check", type=pathlib.Path, metavar="FILE", help="fail unless it stands there already")
    args = parser.parse_args()

    code, console = run(args.kernel, clock="icount")
    found = cells(console)
    if code != machine.EXIT_POWEROFF or not found:
        sys.exit(f"matrix: the run failed, exit code {code}\n" + "\n".join(console.splitlines()[-30:]))
    new = table(found)
    document = args.write or args.check
    if not document:
        print(new, end="")
        return
    old = document.read_text(encoding="utf-8")
    if args.write:
        document.write_text(replaced(old, new), encoding="utf-8")
    elif replaced(old, new) != old:
        sys.exit(f"matrix: the table in {document} is not what the run gives: make matrix")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Turn a linked kernel into the symbol and line tables that are linked into it.

The kernel is linked twice: once with an empty table, which this program reads, and once
with the table in place.  The table lies behind the text, so no address in it moves between
the two links; --check proves that on the finished file.

The table (everything little-endian, every offset counted from its first byte):

    u32 magic               "KSY1"
    u32 size                of the whole table, a multiple of 8
    u32 nr_syms, nr_lines, nr_files, pool     pool: where the strings begin
    u32 sym_addr[nr_syms]   ascending; an address is its low 32 bits, sign-extended
    u32 sym_size[nr_syms]   bytes the function covers
    u32 sym_name[nr_syms]   its name's place in the pool
    u32 line_addr[nr_lines] ascending; a row holds up to the next row's address
    u32 line_src[nr_lines]  file number << 20 | line; line 0: no source known
    u32 file_name[nr_files] its path's place in the pool
    char pool[]             strings, each ended by a NUL

Two things make a trace read better than the raw tables would.  Code that was inlined from a
header counts as the line that called it: a lock is taken at driver.c:41, not somewhere in
spinlock.h.  And a function that the compiler copied and specialised (.isra.0, .constprop.0)
goes by the name it has in the source; only .cold and .part, which are pieces of a function,
keep their mark.
"""

import argparse
import bisect
import os
import re
import struct
import sys
from concurrent.futures import ProcessPoolExecutor

try:
    from elftools.common.exceptions import DWARFError, ELFError
    from elftools.construct import Array
    from elftools.dwarf.ranges import BaseAddressEntry
    from elftools.dwarf.structs import DWARFStructs
    from elftools.elf.elffile import ELFFile
except ImportError:
    sys.exit("mksyms: needs pyelftools (Debian: apt-get install python3-pyelftools) "
             "for /usr/bin/python3")

MAGIC = 0x3159534B
HEADER = struct.Struct("<6I")
EXECINSTR = 4
CODE_ATTRIBUTES = {"DW_AT_low_pc", "DW_AT_ranges"}
MAX_JOBS = 8
MAX_FILES = 1 << 12
MAX_LINE = 1 << 20
CLONE = re.compile(r"\.(isra|constprop|llvm|lto_priv)(\.\d+)*")
PIECE = re.compile(r"\.(cold|part)(\.\d+)*")


class Error(Exception):
    """What is wrong with the input, in words for whoever runs the build."""


def know_all_forms():
    """Teach Debian 12's pyelftools (0.29) the DWARF 5 forms that clang uses and it lacks."""
    create = DWARFStructs._create_dw_form

    def create_complete(self):
        create(self)
        self.Dwarf_dw_form.setdefault("DW_FORM_data16", Array(16, self.Dwarf_uint8("")))
        self.Dwarf_dw_form.setdefault("DW_FORM_strx", self.Dwarf_uleb128(""))

    DWARFStructs._create_dw_form = create_complete


know_all_forms()


def plain_name(name):
    """The name as the source has it, with .cold or .part left on a piece."""
    return PIECE.sub(r".\1", CLONE.sub("", name))


def text_sections(elf):
    """The executable sections: {index: (first address, end address)}."""
    return {i: (s["sh_addr"], s["sh_addr"] + s["sh_size"])
            for i, s in enumerate(elf.iter_sections())
            if s["sh_flags"] & EXECINSTR and s["sh_size"]}


def symbol_rank(sym):
    """Which of several names for one address a reader expects: the best sorts last."""
    info = sym["st_info"]
    return (info["type"] == "STT_FUNC", info["bind"] == "STB_GLOBAL", sym["st_size"],
            -len(sym.name), sym.name)


def read_symbols(elf):
    """Functions and assembly labels as (address, size, name), ascending, one an address."""
    table = elf.get_section_by_name(".symtab")
    if table is None:
        raise Error("has no symbol table (stripped?)")
    text = text_sections(elf)
    best = {}
    for sym in table.iter_symbols():
        kind = sym["st_info"]["type"]
        place = text.get(sym["st_shndx"])
        label = kind == "STT_NOTYPE" and "." not in sym.name
        if place is None or not sym.name or not (kind == "STT_FUNC" or label):
            continue
        addr = sym["st_value"]
        if place[0] <= addr < place[1]:
            if addr not in best or symbol_rank(sym) > symbol_rank(best[addr]):
                best[addr] = sym
    if not best:
        raise Error("has no functions")
    addrs = sorted(best)
    rows = []
    for i, addr in enumerate(addrs):
        sym = best[addr]
        limit = text[sym["st_shndx"]][1]
        if i + 1 < len(addrs):
            limit = min(limit, addrs[i + 1])
        size = limit - addr
        if sym["st_size"]:
            size = min(size, sym["st_size"])
        rows.append((addr, size, plain_name(sym.name)))
    return rows


class SourceFiles:
    """Paths as the reader knows them: below the source tree, without ./ and ../."""

    def __init__(self, root):
        self.root = os.path.realpath(root)
        self.known = {}

    def path(self, *parts):
        """The path that DWARF gives in parts, relative to the tree when it is inside."""
        if parts not in self.known:
            full = os.path.normpath(os.path.join(self.root, *parts))
            if full.startswith(self.root + os.sep):
                full = full[len(self.root) + 1:]
            self.known[parts] = full
        return self.known[parts]


def text_of(value):
    """A DWARF string as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def file_table(program, comp_dir, files):
    """The unit's file numbers as paths; DWARF 5 counts them from 0, earlier ones from 1."""
    header = program.header
    dirs = [text_of(d) for d in header["include_directory"]]
    entries = header["file_entry"]
    if header["version"] >= 5:
        return {i: files.path(comp_dir, dirs[e.dir_index], text_of(e.name))
                for i, e in enumerate(entries)}
    dirs.insert(0, "")
    return {i: files.path(comp_dir, dirs[e.dir_index], text_of(e.name))
            for i, e in enumerate(entries, 1)}


def is_header(path):
    """Whether code from this file is somebody else's when it is inlined."""
    return path.endswith(".h")


def line_rows(program, names):
    """The unit's line program as (address, file, line); line 0 ends a run of code.

    Of several rows for one address the last one holds, and none does at the end of a run.
    """
    rows = []
    run = {}
    for entry in program.get_entries():
        state = entry.state
        if state is not None and state.end_sequence:
            run[state.address] = (state.address, "", 0)
            rows += run.values()
            run = {}
        elif state is not None and state.line:
            run[state.address] = (state.address, names.get(state.file, "?"), state.line)
    return rows


def die_ranges(dwarf, unit, die):
    """The address ranges of a subprogram or of an inlined call."""
    attrs = die.attributes
    if "DW_AT_ranges" in attrs:
        lists = dwarf.range_lists()
        base = unit.get_top_DIE().attributes.get("DW_AT_low_pc")
        base = base.value if base else 0
        for entry in lists.get_range_list_at_offset(attrs["DW_AT_ranges"].value, unit):
            if isinstance(entry, BaseAddressEntry):
                base = entry.base_address
            elif entry.is_absolute:
                yield entry.begin_offset, entry.end_offset
            else:
                yield base + entry.begin_offset, base + entry.end_offset
    elif "DW_AT_high_pc" in attrs:
        low, high = attrs["DW_AT_low_pc"].value, attrs["DW_AT_high_pc"]
        yield low, high.value if high.form == "DW_FORM_addr" else low + high.value


def inlined_calls(dwarf, unit, die, names, depth=0):
    """Calls from C files that were inlined: (depth, first address, end, file, line)."""
    for child in die.iter_children():
        if child.tag == "DW_TAG_inlined_subroutine":
            call = child.attributes
            where = names.get(call["DW_AT_call_file"].value) if "DW_AT_call_file" in call else None
            if where and not is_header(where):
                line = call["DW_AT_call_line"].value
                for low, high in die_ranges(dwarf, unit, child):
                    yield depth, low, high, where, line
        elif child.tag == "DW_TAG_subprogram":
            if not CODE_ATTRIBUTES & child.attributes.keys():
                continue
        elif child.tag != "DW_TAG_lexical_block":
            continue
        yield from inlined_calls(dwarf, unit, child, names, depth + 1)


def compile_dir(top):
    """Where the unit's compiler ran; NASM 2.16 names the source's directory instead."""
    attrs = {name: text_of(attr.value) for name, attr in top.attributes.items()}
    if attrs.get("DW_AT_producer", "").startswith("NASM"):
        return ""
    return attrs.get("DW_AT_comp_dir", "")


def unit_lines(dwarf, unit, files):
    """One compilation unit's rows, code from headers moved to the line that calls it."""
    program = dwarf.line_program_for_CU(unit)
    if program is None:
        return []
    top = unit.get_top_DIE()
    names = file_table(program, compile_dir(top), files)
    rows = line_rows(program, names)
    rows.sort(key=lambda row: (row[0], row[2] != 0))
    addrs = [row[0] for row in rows]
    caller = {}
    for _, low, high, where, line in sorted(inlined_calls(dwarf, unit, top, names)):
        for i in range(bisect.bisect_left(addrs, low), bisect.bisect_left(addrs, high)):
            if is_header(rows[i][1]):
                caller[i] = (addrs[i], where, line)
    return [caller.get(i, row) for i, row in enumerate(rows)]


def share_of_lines(path, root, share, shares):
    """The rows of every shares-th compilation unit, beginning with number share."""
    rows = []
    with open(path, "rb") as stream:
        dwarf = ELFFile(stream).get_dwarf_info()
        files = SourceFiles(root)
        for i, unit in enumerate(dwarf.iter_CUs()):
            if i % shares == share:
                rows += unit_lines(dwarf, unit, files)
    return rows


def read_lines(elf, path, root):
    """Every unit's rows as (address, file, line), ascending, without repetition."""
    if not elf.has_dwarf_info():
        raise Error("has no debug information (compile with -g)")
    shares = min(os.cpu_count() or 1, MAX_JOBS)
    with ProcessPoolExecutor(shares) as pool:
        jobs = [pool.submit(share_of_lines, path, root, i, shares) for i in range(shares)]
        rows = [row for job in jobs for row in job.result()]
    text = sorted(text_sections(elf).values())
    rows = [row for row in rows if any(low <= row[0] <= high for low, high in text)]
    rows.sort(key=lambda row: (row[0], row[2] != 0))
    last = {row[0]: row for row in rows}
    kept = []
    for row in last.values():
        if not kept or kept[-1][1:] != row[1:]:
            kept.append(row)
    return kept


class Pool:
    """NUL-terminated strings, each stored once."""

    def __init__(self):
        self.data = bytearray()
        self.places = {}

    def place(self, text):
        """Where the string is, adding it when it is new."""
        if text not in self.places:
            self.places[text] = len(self.data)
            self.data += text.encode() + b"\0"
        return self.places[text]


def low32(addr):
    """The address as the table stores it."""
    low = addr & 0xFFFFFFFF
    if (low ^ 0x80000000) - 0x80000000 & 0xFFFFFFFFFFFFFFFF != addr:
        raise Error(f"address {addr:#x} is not a sign-extended 32-bit one")
    return low


def words(values):
    """The values as an array of u32."""
    values = list(values)
    return struct.pack(f"<{len(values)}I", *values)


def build(symbols, lines):
    """The table for these symbols and line rows."""
    pool = Pool()
    symbols = sorted((low32(addr), size, name) for addr, size, name in symbols)
    lines = sorted((low32(addr), path, line) for addr, path, line in lines)
    paths = sorted({path for _, path, _ in lines})
    number = {path: i for i, path in enumerate(paths)}
    if len(paths) > MAX_FILES or any(line >= MAX_LINE for _, _, line in lines):
        raise Error(f"has more than {MAX_FILES} source files, or one of {MAX_LINE} lines")
    body = words(s[0] for s in symbols) + words(s[1] for s in symbols)
    body += words(pool.place(s[2]) for s in symbols)
    body += words(row[0] for row in lines)
    body += words(number[path] << 20 | line for _, path, line in lines)
    body += words(pool.place(path) for path in paths)
    start = HEADER.size + len(body)
    size = (start + len(pool.data) + 7) & ~7
    head = HEADER.pack(MAGIC, size, len(symbols), len(lines), len(paths), start)
    return (head + body + pool.data).ljust(size, b"\0")


def parse_symbols(blob):
    """The symbols in a table, as build() was given them, by low address."""
    if len(blob) < HEADER.size:
        raise Error("is no symbol table: too short")
    magic, size, count, _, _, pool = HEADER.unpack_from(blob)
    if magic != MAGIC or size != len(blob) or pool > size:
        raise Error("is no symbol table, or is cut short")
    columns = struct.unpack_from(f"<{3 * count}I", blob, HEADER.size)
    rows = []
    for addr, length, name in zip(*(columns[i * count:][:count] for i in range(3))):
        end = blob.index(b"\0", pool + name)
        rows.append((addr, length, blob[pool + name:end].decode()))
    return rows


def embedded(elf):
    """The bytes between __ksyms_start and __ksyms_end in a linked kernel."""
    table = elf.get_section_by_name(".symtab")
    ends = []
    for name in ("__ksyms_start", "__ksyms_end"):
        found = table.get_symbol_by_name(name) if table else None
        if not found:
            raise Error(f"does not define {name}")
        ends.append(found[0]["st_value"])
    for section in elf.iter_sections():
        first, last = (end - section["sh_addr"] for end in ends)
        if section["sh_flags"] and 0 <= first <= last <= section["sh_size"]:
            return section.data()[first:last]
    raise Error("keeps __ksyms_start outside every section")


def check(elf, blob):
    """Fail unless the kernel holds this table and its functions are where it says."""
    if embedded(elf) != blob:
        raise Error("does not contain this table")
    now = sorted((low32(addr), size, name) for addr, size, name in read_symbols(elf))
    for was, found in zip(parse_symbols(blob), now):
        if was != found:
            raise Error(f"moved between the two links: {was[2]} was at {was[0]:#x}+{was[1]:#x}, "
                        f"now {found[2]} is at {found[0]:#x}+{found[1]:#x}")
    if len(now) != len(parse_symbols(blob)):
        raise Error("gained or lost functions between the two links")


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Make a kernel's symbol and line tables, or check the ones it contains.")
    parser.add_argument("elf", help="the linked kernel, with symbols and debug information")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("-o", "--output", metavar="BLOB", help="write the table here")
    group.add_argument("--check", metavar="BLOB",
                       help="check that ELF contains this table and that nothing moved")
    parser.add_argument("--root", default=".", metavar="DIR",
                        help="source tree that paths are shown relative to (default: here)")
    return parser.parse_args()


def main():
    """Make or check a table; the exit status is 1 when that fails."""
    args = arguments()
    culprit = args.elf
    try:
        with open(args.elf, "rb") as stream:
            elf = ELFFile(stream)
            if args.check:
                with open(args.check, "rb") as table:
                    check(elf, table.read())
                return 0
            blob = build(read_symbols(elf), read_lines(elf, args.elf, args.root))
        culprit = args.output
        with open(args.output, "wb") as out:
            out.write(blob)
    except OSError as error:
        sys.exit(f"mksyms: {error.filename or culprit}: {error.strerror}")
    except (Error, ELFError, DWARFError) as error:
        sys.exit(f"mksyms: {culprit}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

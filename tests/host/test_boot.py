# SPDX-License-Identifier: MIT
"""Both ways to boot end at the same prompt, on any number of CPUs and any amount of memory."""

import re
import struct
import subprocess

import pytest

import machine as machine_module
from conftest import ISO, LIVE_MODES
from gdb import Gdb
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


# QEMU puts a table of its user's behind its own, with a header whose sum and length are right whatever is in it.
EXTRA_TABLES = {
    "APIC": (bytes([0, 0, 0xE0, 0xFE, 1, 0, 0, 0,  0, 8, 0, 0, 1, 0, 0, 0]), "acpi: a second MADT at .* is ignored"),
    "FACP": (bytes(20), "acpi: a second FADT at .* is ignored"),
    "XXXX": (bytes(20), None),
}


@pytest.mark.parametrize("signature", EXTRA_TABLES)
def test_a_table_too_many_takes_nothing_from_the_first(run, tmp_path, signature):
    """The CPUs are still those of the first MADT, and the power-off, here by ACPI, is the first FADT's."""
    data, complaint = EXTRA_TABLES[signature]
    (tmp_path / "table").write_bytes(data)
    code, console = run("-acpitable", f"sig={signature},data={tmp_path}/table", append='run="uptime; poweroff"', smp=2,
                        exit_device=False)
    assert code == 0
    assert re.search(r", 2 CPUs$", console, re.MULTILINE), console
    assert re.findall(r"\bacpi: .*", console) == re.findall(complaint or "never said", console), console


def with_sum(table, at):
    """The same bytes, whose sum is 0: by the byte at @at."""
    return table[:at] + bytes([-(sum(table) - table[at]) % 256]) + table[at + 1:]


ROOT_POINTER = 0x9FC00  # what lies here is the firmware's, and nobody's after it
XSDT = ROOT_POINTER + 64
RSDP_PADDR = 32  # in struct hvm_start_info, to which ebx points (PVH)


@pytest.mark.parametrize("bad", ["XSDT", "RSDT"])
def test_of_two_root_tables_the_one_that_is_right_is_read(boot, tmp_path, bad):
    """QEMU's firmware has an RSDT only. So the machine stops before the kernel's first instruction, and is given an XSDT
    of the same tables, and a root pointer that names both."""

    def read(gdb, address, length):
        gdb(f"dump binary memory {tmp_path}/memory {address} {address + length}")
        return (tmp_path / "memory").read_bytes()

    def write(gdb, address, data):
        (tmp_path / "memory").write_bytes(data)
        gdb(f"restore {tmp_path}/memory binary {address}")

    machine = boot("-S", "-gdb", f"unix:{tmp_path}/sock,server=on,wait=off", smp=2, exit_device=False,
                   append='run="uptime; poweroff"')
    with Gdb() as gdb:
        gdb(f"target remote {tmp_path}/sock")
        gdb("break pvh_start")
        gdb("continue")
        bios = read(gdb, 0xE0000, 0x20000)
        (rsdt,) = struct.unpack_from("<I", bios, bios.index(b"RSD PTR ") + 16)
        length = struct.unpack("<I", read(gdb, rsdt + 4, 4))[0]
        tables = struct.unpack(f"<{(length - 36) // 4}I", read(gdb, rsdt + 36, length - 36))
        xsdt = struct.pack("<4sI28x", b"XSDT", 36 + 8 * len(tables)) + struct.pack(f"<{len(tables)}Q", *tables)
        write(gdb, XSDT, with_sum(xsdt, 9)[:-1] + bytes([bad == "XSDT"]))
        root = struct.pack("<8s7xBIIQ4x", b"RSD PTR ", 2, 0 if bad == "RSDT" else rsdt, 36, XSDT)
        write(gdb, ROOT_POINTER, with_sum(with_sum(root[:20], 8) + root[20:], 32))
        gdb(f"set {{long}} ($rbx + {RSDP_PADDR}) = {ROOT_POINTER}")
        gdb("detach")
        assert machine.wait_for_exit() == 0
    assert re.search(r", 2 CPUs$", machine.console, re.MULTILINE), machine.console
    assert re.findall(r"\bacpi: .*", machine.console) == \
        ([f"acpi: the XSDT at {XSDT:#x} has a bad checksum"] if bad == "XSDT" else []), machine.console


def qemu_version():
    said = subprocess.run([machine_module.QEMU, "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"version (\d+)", said)[1])


def test_the_local_apic_is_used_through_msrs_where_it_can_be(run):
    if qemu_version() < 9:
        pytest.skip("QEMU emulates x2APIC since version 9 only")
    code, console = run("-cpu", "max,+x2apic", append="test=smp panic=exit", smp=2)
    assert "apic: x2APIC mode" in console, console
    assert "smp: 2 CPUs up" in console and code == EXIT_POWEROFF, console

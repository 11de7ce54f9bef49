// SPDX-License-Identifier: MIT
/*
 * What the boot loader told us. Multiboot2 (specification, section 3.6) and PVH (Xen's docs/misc/pvh.pandoc) say the
 * same four things in two formats: which memory there is, the command line, an initrd, and where ACPI's root pointer
 * is. A loader can be wrong: every size is checked before it is used, and no list is followed beyond its end.
 * Everything is read through the early page tables, which reach 4 GiB.
 */
#include <linux/initrd.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <asm/page.h>
#include <asm/setup.h>

/* The values of e820, which both formats use. */
#define E820_RAM      1
#define E820_RESERVED 2
#define E820_ACPI     3
#define E820_NVS      4

#define MB2_TAG_END      0
#define MB2_TAG_CMDLINE  1
#define MB2_TAG_MODULE   3
#define MB2_TAG_MMAP     6
#define MB2_TAG_ACPI_OLD 14
#define MB2_TAG_ACPI_NEW 15
#define MB2_INFO_MAX     SZ_16M

struct mb2_tag {
	u32 type, size; /* size without the padding to 8 bytes */
};

struct mb2_tag_module {
	struct mb2_tag tag;
	u32 start, end;
};

struct mb2_tag_mmap {
	struct mb2_tag tag;
	u32 entry_size, entry_version;
};

struct mb2_mmap_entry {
	u64 addr, len;
	u32 type, zero;
};

struct hvm_start_info {
	u32 magic, version, flags, nr_modules;
	u64 modlist_paddr, cmdline_paddr, rsdp_paddr;
	u64 memmap_paddr; /* from version 1 on, like what follows */
	u32 memmap_entries, reserved;
};

struct hvm_modlist_entry {
	u64 paddr, size, cmdline_paddr, reserved;
};

struct hvm_memmap_entry {
	u64 addr, size;
	u32 type, reserved;
};

#define HVM_ENTRIES_MAX 1024

char boot_command_line[COMMAND_LINE_SIZE];
unsigned long initrd_start, initrd_size;
phys_addr_t rsdp_phys, trampoline_phys;

extern char __boot_start[], _end[];

/* The early page tables' view of [phys, phys + size); NULL when they do not reach it. */
static __init void *early_view(u64 phys, u64 size)
{
	return phys && phys < SZ_4G && size <= SZ_4G - phys ? __va(phys) : NULL;
}

/*
 * One entry of the memory map. The direct map takes in the firmware's tables as well, which some firmware calls
 * "reserved"; where that means registers, the MTRRs keep them uncached whatever the page tables say (SDM volume 3,
 * section 11.5.2.2). Nothing else calls for reserved ranges far up.
 */
static __init void add_memory(u64 addr, u64 len, u32 type)
{
	if (len > MAX_PHYS_ADDR || addr > MAX_PHYS_ADDR - len) {
		if (type == E820_RAM)
			pr_warn("memory map: RAM at %#llx, %#llx bytes, is out of reach\n", addr,
				len);
		return;
	}
	if (type == E820_RAM)
		memblock_add(addr, len);
	else
		memblock_reserve(addr, len);
	if (type == E820_RAM || type == E820_ACPI || type == E820_NVS ||
	    (type == E820_RESERVED && addr + len <= SZ_4G))
		memblock_map(addr, len);
}

static __init void set_initrd(u64 phys, u64 size)
{
	if (!size || initrd_size)
		return;
	if (!early_view(phys, size)) {
		pr_err("initrd: %#llx bytes at %#llx are out of reach\n", size, phys);
		return;
	}
	initrd_start = (unsigned long)__va(phys);
	initrd_size = size;
	pr_info("initrd: %llu bytes at %#llx\n", size, phys);
	memblock_reserve(phys, size);
	memblock_map(phys, size);
}

static __init void set_command_line(const char *text, size_t max)
{
	size_t len = strnlen(text, max);

	if (len >= COMMAND_LINE_SIZE) {
		pr_warn("command line: cut to %d of %zu bytes\n", COMMAND_LINE_SIZE - 1, len);
		len = COMMAND_LINE_SIZE - 1;
	}
	memcpy(boot_command_line, text, len);
	boot_command_line[len] = '\0';
}

static __init void mb2_parse_mmap(const struct mb2_tag_mmap *map)
{
	u32 left;

	if (map->tag.size < sizeof(*map) || map->entry_size < sizeof(struct mb2_mmap_entry)) {
		pr_err("multiboot2: malformed memory map\n");
		return;
	}
	left = map->tag.size - sizeof(*map);
	for (const char *p = (const char *)(map + 1); left >= map->entry_size;
	     left -= map->entry_size) {
		const struct mb2_mmap_entry *entry = (const void *)p;

		add_memory(entry->addr, entry->len, entry->type);
		p += map->entry_size;
	}
}

static __init void mb2_parse_tag(const struct mb2_tag *tag)
{
	const struct mb2_tag_module *module = (const void *)tag;

	switch (tag->type) {
	case MB2_TAG_CMDLINE:
		set_command_line((const char *)(tag + 1), tag->size - sizeof(*tag));
		break;
	case MB2_TAG_MODULE:
		if (tag->size >= sizeof(*module) && module->end > module->start)
			set_initrd(module->start, module->end - module->start);
		break;
	case MB2_TAG_MMAP:
		mb2_parse_mmap((const void *)tag);
		break;
	case MB2_TAG_ACPI_OLD:
		if (!rsdp_phys)
			rsdp_phys = __pa(tag + 1);
		break;
	case MB2_TAG_ACPI_NEW:
		rsdp_phys = __pa(tag + 1);
		break;
	}
}

static __init void mb2_parse(u64 info_phys)
{
	const u32 *info = early_view(info_phys, sizeof(struct mb2_tag));
	u32 total = info ? info[0] : 0;

	if (total > MB2_INFO_MAX || !early_view(info_phys, total)) {
		pr_err("multiboot2: malformed information, %u bytes at %#llx\n", total, info_phys);
		return;
	}
	memblock_reserve(info_phys, total);
	memblock_map(info_phys, total);
	for (u32 offset = 8; offset + sizeof(struct mb2_tag) <= total;) {
		const struct mb2_tag *tag = (const void *)info + offset;

		if (tag->type == MB2_TAG_END)
			return;
		if (tag->size < sizeof(*tag) || tag->size > total - offset) {
			pr_err("multiboot2: tag %u has %u bytes, %u are left\n", tag->type,
			       tag->size, total - offset);
			return;
		}
		mb2_parse_tag(tag);
		offset += ALIGN(tag->size, 8);
	}
}

/* Reading a string of unknown length: no further than a page that the early page tables still reach. */
static __init void pvh_parse_cmdline(u64 phys)
{
	const char *text = early_view(phys, SZ_4K);

	if (text)
		set_command_line(text, SZ_4K);
}

static __init void pvh_parse(u64 info_phys)
{
	const struct hvm_start_info *info = early_view(info_phys, sizeof(*info));
	const struct hvm_memmap_entry *map;
	const struct hvm_modlist_entry *module;

	if (!info || info->magic != PVH_BOOT_MAGIC || info->version < 1 ||
	    info->memmap_entries > HVM_ENTRIES_MAX) {
		pr_err("pvh: malformed start information at %#llx\n", info_phys);
		return;
	}
	map = early_view(info->memmap_paddr, info->memmap_entries * sizeof(*map));
	for (u32 i = 0; map && i < info->memmap_entries; i++)
		add_memory(map[i].addr, map[i].size, map[i].type);
	module = early_view(info->modlist_paddr, sizeof(*module));
	if (module && info->nr_modules)
		set_initrd(module->paddr, module->size);
	pvh_parse_cmdline(info->cmdline_paddr);
	rsdp_phys = info->rsdp_paddr;
}

/*
 * What is never to be handed out: the image, and the first MiB, where the firmware keeps its data and its code, with or
 * without telling. One page of it is ours: a processor starts in real mode and sees no further.
 */
static __init void reserve_memory(void)
{
	memblock_reserve((unsigned long)__boot_start, __pa(_end) - (unsigned long)__boot_start);
	trampoline_phys = memblock_phys_alloc_range(PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, SZ_512K);
	memblock_reserve(0, SZ_1M);
	memblock_map(0, SZ_1M);
}

void __init setup_arch(u32 magic, u64 info_phys)
{
	if (magic == MULTIBOOT2_BOOT_MAGIC)
		mb2_parse(info_phys);
	else if (magic == PVH_BOOT_MAGIC)
		pvh_parse(info_phys);
	else
		pr_err("boot: unknown boot protocol, magic number %#x\n", magic);
	reserve_memory();
}

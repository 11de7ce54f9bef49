// SPDX-License-Identifier: MIT
/*
 * The symbol and line tables: finding things in what tools/mksyms.py built. Its head describes the
 * format; the structures here mirror it. Everything is sorted, constant and found by offsets from
 * the table's first byte, so a lookup is two binary searches and works in any state the kernel may
 * be in. The first of the two links has no table yet, and lookups then find nothing.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>

#define KSYMS_MAGIC 0x3159534b /* "KSY1" */
#define LINE_BITS   20

struct ksyms_table {
	u32 magic, size;
	u32 nr_syms, nr_lines, nr_files, pool;
	/* sym_addr, sym_size, sym_name, line_addr, line_src, file_name */
	u32 words[];
};

extern const char __ksyms_start[], __ksyms_end[];

static const struct ksyms_table *ksyms(void)
{
	const struct ksyms_table *table = (const void *)__ksyms_start;
	unsigned long size = __ksyms_end - __ksyms_start;

	if (size < sizeof(*table) || table->magic != KSYMS_MAGIC || table->size > size)
		return NULL;
	return table;
}

static const char *pool_string(const struct ksyms_table *table, u32 place)
{
	return (const char *)table + table->pool + place;
}

/*
 * The tables keep the low half of an address; all code lies where sign extension brings the rest
 * back.
 */
static unsigned long full_address(u32 low)
{
	return (long)(s32)low;
}

/* The last entry that is not above @addr; -1 when all are. */
static int last_not_above(const u32 *sorted, u32 count, u32 addr)
{
	int low = -1;
	int high = count;

	while (high - low > 1) {
		int middle = low + (high - low) / 2;

		if (sorted[middle] <= addr)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void find_line(const struct ksyms_table *table, u32 addr, struct ksym *sym)
{
	const u32 *line_addr = table->words + 3 * table->nr_syms;
	const u32 *line_src = line_addr + table->nr_lines;
	const u32 *file_name = line_src + table->nr_lines;
	int i = last_not_above(line_addr, table->nr_lines, addr);

	sym->file = NULL;
	sym->line = i < 0 ? 0 : line_src[i] & (BIT(LINE_BITS) - 1);
	if (sym->line)
		sym->file = pool_string(table, file_name[line_src[i] >> LINE_BITS]);
}

bool kallsyms_find(unsigned long addr, struct ksym *sym)
{
	const struct ksyms_table *table = ksyms();
	int i;

	if (!table || full_address(addr) != addr)
		return false;
	i = last_not_above(table->words, table->nr_syms, addr);
	if (i < 0 || (u32)addr - table->words[i] >= table->words[table->nr_syms + i])
		return false;
	sym->name = pool_string(table, table->words[2 * table->nr_syms + i]);
	sym->start = full_address(table->words[i]);
	sym->size = table->words[table->nr_syms + i];
	find_line(table, addr, sym);
	return true;
}

bool kernel_text_address(unsigned long addr)
{
	struct ksym sym;

	return kallsyms_find(addr, &sym);
}

static int sprint_offset(char *buffer, unsigned long addr, unsigned long call)
{
	struct ksym sym;

	if (!kallsyms_find(call, &sym))
		return scnprintf(buffer, KSYM_SYMBOL_LEN, "0x%lx", addr);
	return scnprintf(buffer, KSYM_SYMBOL_LEN, "%s+0x%lx/0x%lx", sym.name, addr - sym.start,
			 sym.size);
}

int sprint_symbol(char *buffer, unsigned long addr)
{
	return sprint_offset(buffer, addr, addr);
}

int sprint_backtrace(char *buffer, unsigned long addr)
{
	return sprint_offset(buffer, addr, addr - 1);
}

int sprint_symbol_no_offset(char *buffer, unsigned long addr)
{
	struct ksym sym;

	if (!kallsyms_find(addr, &sym))
		return scnprintf(buffer, KSYM_SYMBOL_LEN, "0x%lx", addr);
	return scnprintf(buffer, KSYM_SYMBOL_LEN, "%s", sym.name);
}

int sprint_location(char *buffer, unsigned long addr, bool is_return)
{
	struct ksym sym;
	int len;

	if (!kallsyms_find(addr - is_return, &sym))
		return scnprintf(buffer, KSYM_SYMBOL_LEN, "0x%lx", addr);
	len = scnprintf(buffer, KSYM_SYMBOL_LEN, "%s+0x%lx", sym.name, addr - sym.start);
	if (sym.file)
		len += scnprintf(buffer + len, KSYM_SYMBOL_LEN - len, " (%s:%u)", sym.file,
				 sym.line);
	return len;
}

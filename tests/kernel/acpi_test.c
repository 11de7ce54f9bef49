// SPDX-License-Identifier: MIT
/*
 * ACPI tables that are wrong in every way firmware has thought of, and some more. Each table ends
 * where a mapped page ends: reading one byte behind it is a page fault.
 */
#include <kunit/test.h>
#include <linux/acpi.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>
#include "helpers.h"

#define HEADER      sizeof(struct acpi_table_header)
#define MADT_HEADER (HEADER + 8)
#define AREA        (2 * PAGE_SIZE)

/* A table under construction; its last byte will be the last one of @area. */
static u8 *area;
static u8 draft[1024];
static size_t draft_len;

static int acpi_test_init(struct kunit *test)
{
	area = vmalloc(AREA);
	return area ? 0 : -ENOMEM;
}

static void acpi_test_exit(struct kunit *test)
{
	vfree(area);
	area = NULL;
}

static void add(const void *bytes, size_t len)
{
	memcpy(draft + draft_len, bytes, len);
	draft_len += len;
}

#define ADD(...)                                                                                   \
	do {                                                                                       \
		const u8 __bytes[] = { __VA_ARGS__ };                                              \
		add(__bytes, sizeof(__bytes));                                                     \
	} while (0)

static void begin(const char *signature)
{
	memset(draft, 0, sizeof(draft));
	memcpy(draft, signature, 4);
	draft_len = HEADER;
}

static void begin_madt(void)
{
	begin("APIC");
	ADD(0x00, 0x00, 0xe0, 0xfe, 1, 0, 0, 0);
}

static void add_lapic(u8 apicid, u8 flags)
{
	ADD(0, 8, apicid, apicid, flags, 0, 0, 0);
}

static void add_ioapic(u8 id, u8 gsi_base)
{
	ADD(1, 12, id, 0, 0x00, 0x00, 0xc0, 0xfe, gsi_base, 0, 0, 0);
}

/* The first @len bytes of the draft, saying so in its header, at the end of the area. */
static struct acpi_table_header *place(size_t len)
{
	struct acpi_table_header *table = (void *)(area + AREA - len);

	memcpy(table, draft, len);
	table->length = len;
	table->checksum = 0;
	for (size_t i = 0; i < len; i++)
		table->checksum -=
			i == offsetof(struct acpi_table_header, checksum) ? 0 : ((u8 *)table)[i];
	return table;
}

static void a_table_is_valid_if_sum_and_length_are(struct kunit *test)
{
	struct acpi_table_header *table;

	begin("TEST");
	ADD(1, 2, 3, 4, 5);
	table = place(draft_len);
	KUNIT_EXPECT_TRUE(test, acpi_table_valid(table, draft_len));
	KUNIT_EXPECT_TRUE(test, acpi_table_valid(table, draft_len + 1));
	KUNIT_EXPECT_FALSE(test, acpi_table_valid(table, draft_len - 1));
	KUNIT_EXPECT_FALSE(test, acpi_table_valid(table, HEADER - 1));
	table->checksum++;
	KUNIT_EXPECT_FALSE(test, acpi_table_valid(table, draft_len));
	table->checksum--;
	table->length = HEADER - 1;
	KUNIT_EXPECT_FALSE(test, acpi_table_valid(table, draft_len));
	table->length = 0;
	KUNIT_EXPECT_FALSE(test, acpi_table_valid(table, draft_len));
	table->length = 0xffffffff;
	KUNIT_EXPECT_FALSE(test, acpi_table_valid(table, draft_len));
}

/* A root pointer of a revision at the end of the area: offsets are those of table 5-3. */
static u8 *place_rsdp(u8 revision)
{
	u8 *rsdp = area + AREA - ACPI_RSDP_LENGTH;

	memset(rsdp, 0, ACPI_RSDP_LENGTH);
	memcpy(rsdp, "RSD PTR ", 8);
	rsdp[15] = revision;
	put_unaligned_le32(0x12345678, rsdp + 16);
	put_unaligned_le32(ACPI_RSDP_LENGTH, rsdp + 20);
	put_unaligned_le64(0x123456789aULL, rsdp + 24);
	for (int i = 0; i < 20; i++)
		rsdp[8] -= i == 8 ? 0 : rsdp[i];
	for (int i = 20; i < ACPI_RSDP_LENGTH; i++)
		rsdp[32] -= i == 32 ? 0 : rsdp[i];
	return rsdp;
}

static void a_root_pointer_is_believed_as_far_as_its_sums_are_right(struct kunit *test)
{
	struct acpi_root root;

	KUNIT_EXPECT_EQ(test, acpi_parse_rsdp(place_rsdp(2), &root), 0);
	KUNIT_EXPECT_EQ(test, root.rsdt, 0x12345678U);
	KUNIT_EXPECT_EQ(test, root.xsdt, 0x123456789aULL);
	KUNIT_EXPECT_EQ(test, acpi_parse_rsdp(place_rsdp(0), &root), 0);
	KUNIT_EXPECT_EQ(test, root.rsdt, 0x12345678U);
	KUNIT_EXPECT_EQ(test, root.xsdt, 0ULL);
	for (int i = 0; i < ACPI_RSDP_LENGTH; i++) {
		u8 *rsdp = place_rsdp(2);

		rsdp[i]++;
		KUNIT_EXPECT_EQ(test, acpi_parse_rsdp(rsdp, &root), i < 20 ? -EINVAL : 0);
		KUNIT_EXPECT_EQ(test, root.rsdt, i < 20 ? 0 : 0x12345678U);
		KUNIT_EXPECT_EQ(test, root.xsdt, 0ULL);
	}
	place_rsdp(2)[0] = 'X';
	area[AREA - ACPI_RSDP_LENGTH + 8] += 'R' - 'X'; /* the sum is right, the name is not */
	KUNIT_EXPECT_EQ(test, acpi_parse_rsdp(area + AREA - ACPI_RSDP_LENGTH, &root), -EINVAL);
}

static struct acpi_madt_info madt; /* large */

static int parse_madt(size_t len)
{
	memset(&madt, 0xee, sizeof(madt));
	return acpi_parse_madt(place(len), &madt);
}

/* What a machine without the table would have. */
static void expect_defaults(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, madt.nr_cpus, 0U);
	KUNIT_EXPECT_EQ(test, madt.nr_ioapics, 1U);
	KUNIT_EXPECT_EQ(test, madt.lapic_address, 0xfee00000ULL);
	KUNIT_EXPECT_EQ(test, madt.isa[0].gsi, 2U);
	KUNIT_EXPECT_EQ(test, madt.isa[15].gsi, 15U);
}

static void a_good_madt_is_read_whole(struct kunit *test)
{
	begin_madt();
	add_lapic(4, 1);
	add_lapic(2, 1);
	add_lapic(9, 0);                                            /* not enabled */
	ADD(9, 16, 0, 0, 0x34, 0x12, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0); /* x2APIC 0x1234 */
	ADD(9, 16, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0);       /* the second one again */
	ADD(200, 5, 1, 2, 3);                                       /* of the future */
	add_ioapic(0, 0);
	add_ioapic(1, 24);
	ADD(2, 10, 0, 0, 2, 0, 0, 0, 0, 0); /* the timer, at GSI 2 */
	ADD(2, 10, 0, 9, 20, 0, 0, 0, 0x0f, 0);
	ADD(5, 12, 0, 0, 0x00, 0x00, 0xe1, 0xfe, 0, 0, 0, 0);
	KUNIT_ASSERT_EQ(test, parse_madt(draft_len), 0);
	KUNIT_EXPECT_EQ(test, madt.nr_cpus, 3U);
	KUNIT_EXPECT_EQ(test, madt.apicid[0], 4U);
	KUNIT_EXPECT_EQ(test, madt.apicid[1], 2U);
	KUNIT_EXPECT_EQ(test, madt.apicid[2], 0x1234U);
	KUNIT_EXPECT_EQ(test, madt.nr_ioapics, 2U);
	KUNIT_EXPECT_EQ(test, madt.ioapic[1].gsi_base, 24U);
	KUNIT_EXPECT_EQ(test, madt.isa[0].gsi, 2U);
	KUNIT_EXPECT_EQ(test, madt.isa[9].gsi, 20U);
	KUNIT_EXPECT_EQ(test, (unsigned int)madt.isa[9].flags, 0x0fU);
	KUNIT_EXPECT_EQ(test, madt.isa[1].gsi, 1U);
	KUNIT_EXPECT_EQ(test, madt.lapic_address, 0xfee10000ULL);
}

static void an_entry_of_length_zero_does_not_stop_time(struct kunit *test)
{
	begin_madt();
	add_lapic(0, 1);
	add_ioapic(0, 0);
	ADD(77, 0);
	ADD(0, 0, 0, 0, 0, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, parse_madt(draft_len), -EINVAL);
	expect_defaults(test);
}

static void an_entry_shorter_than_its_type_is_refused(struct kunit *test)
{
	static const u8 types[] = { 0, 1, 2, 5, 9 };

	for (size_t i = 0; i < sizeof(types); i++) {
		begin_madt();
		add_lapic(0, 1);
		add_ioapic(0, 0);
		ADD(types[i], 7, 0, 0, 1, 0, 0);
		KUNIT_EXPECT_EQ(test, parse_madt(draft_len), -EINVAL);
		expect_defaults(test);
	}
}

static void a_table_cut_anywhere_is_survived(struct kunit *test)
{
	size_t full;

	begin_madt();
	add_lapic(0, 1);
	add_ioapic(0, 0);
	full = draft_len;
	ADD(2, 10, 0, 0, 2, 0, 0, 0, 0, 0);
	for (size_t len = HEADER; len <= draft_len; len++) {
		int want = len == full || len == draft_len ? 0 : -EINVAL;

		KUNIT_EXPECT_EQ(test, parse_madt(len), want);
		if (want)
			expect_defaults(test);
	}
}

static void a_table_without_cpus_or_ioapics_is_refused(struct kunit *test)
{
	begin_madt();
	add_lapic(0, 1);
	KUNIT_EXPECT_EQ(test, parse_madt(draft_len), -EINVAL);
	begin_madt();
	add_ioapic(0, 0);
	add_lapic(0, 0);
	KUNIT_EXPECT_EQ(test, parse_madt(draft_len), -EINVAL);
	KUNIT_EXPECT_EQ(test, acpi_parse_madt(NULL, &madt), -EINVAL);
	expect_defaults(test);
}

static void more_of_anything_than_fits_does_not_overflow(struct kunit *test)
{
	begin_madt();
	add_ioapic(0, 0);
	for (int i = 0; i < NR_CPUS + 5; i++)
		add_lapic(i, 1);
	KUNIT_EXPECT_EQ(test, parse_madt(draft_len), 0);
	KUNIT_EXPECT_EQ(test, madt.nr_cpus, (unsigned int)NR_CPUS);
	KUNIT_EXPECT_EQ(test, madt.nr_cpus_ignored, 5U);
	begin_madt();
	add_lapic(0, 1);
	for (int i = 0; i <= MAX_IOAPICS; i++)
		add_ioapic(i, 8 * i);
	KUNIT_EXPECT_EQ(test, parse_madt(draft_len), -EINVAL);
	expect_defaults(test);
	begin_madt();
	add_lapic(0, 1);
	add_ioapic(0, 0);
	ADD(2, 10, 0, 16, 2, 0, 0, 0, 0, 0); /* there is no ISA line 16 */
	KUNIT_EXPECT_EQ(test, parse_madt(draft_len), -EINVAL);
	expect_defaults(test);
}

static void random_damage_is_refused_or_harmless(struct kunit *test)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 1);
	for (int round = 0; round < 500; round++) {
		int ret;

		begin_madt();
		for (int i = 0; i < 4; i++)
			add_lapic(i, 1);
		add_ioapic(0, 0);
		ADD(2, 10, 0, 0, 2, 0, 0, 0, 0, 0);
		for (int hits = prandom_u32_state(&rnd) % 4; hits >= 0; hits--)
			draft[MADT_HEADER + prandom_u32_state(&rnd) % (draft_len - MADT_HEADER)] =
				prandom_u32_state(&rnd);
		ret = parse_madt(draft_len);
		if (ret == -EINVAL) {
			KUNIT_ASSERT_EQ(test, madt.nr_cpus, 0U);
			continue;
		}
		KUNIT_ASSERT_EQ(test, ret, 0);
		KUNIT_ASSERT_TRUE(test, madt.nr_cpus >= 1 && madt.nr_cpus <= NR_CPUS);
		KUNIT_ASSERT_TRUE(test, madt.nr_ioapics >= 1 && madt.nr_ioapics <= MAX_IOAPICS);
	}
}

/* A FADT: offsets are the specification's, table 5-9. */
static void draft_fadt(size_t len)
{
	begin("FACP");
	draft_len = len;
	put_unaligned_le32(0x1000, draft + 40);  /* DSDT */
	put_unaligned_le32(0xb2, draft + 48);    /* SMI_CMD */
	draft[52] = 0xf1;                        /* ACPI_ENABLE */
	put_unaligned_le32(0x604, draft + 64);   /* PM1a_CNT_BLK */
	put_unaligned_le32(0x12345, draft + 68); /* PM1b_CNT_BLK: no port has this number */
	put_unaligned_le32(0x608, draft + 76);   /* PM_TMR_BLK */
	draft[91] = 4;                           /* PM_TMR_LEN */
	put_unaligned_le32(1 << 8 | 1 << 10, draft + 112);
	draft[116] = 1;                                   /* RESET_REG: a port, */
	put_unaligned_le64(0xcf9, draft + 120);           /* this one */
	draft[128] = 6;                                   /* RESET_VALUE */
	put_unaligned_le64(0x123456789aULL, draft + 140); /* X_DSDT */
}

static void a_fadt_is_read_as_far_as_it_goes(struct kunit *test)
{
	struct acpi_power_info power;
	u64 dsdt;

	for (size_t len = HEADER; len <= 244; len++) {
		int want = len < 116 ? -EINVAL : 0;

		draft_fadt(len);
		memset(&power, 0xee, sizeof(power));
		KUNIT_EXPECT_EQ(test, acpi_parse_fadt(place(len), &power, &dsdt), want);
		KUNIT_EXPECT_EQ(test, power.pm_timer_port, want ? 0 : 0x608);
		KUNIT_EXPECT_EQ(test, power.reset_valid, len >= 129);
		KUNIT_EXPECT_EQ(test, dsdt, want ? 0 : len >= 148 ? 0x123456789aULL : 0x1000ULL);
	}
	KUNIT_EXPECT_EQ(test, (int)power.pm_timer_bits, 32);
	KUNIT_EXPECT_EQ(test, (int)power.acpi_enable, 0xf1);
	KUNIT_EXPECT_EQ(test, (int)power.pm1a_control_port, 0x604);
	KUNIT_EXPECT_EQ(test, (int)power.pm1b_control_port, 0);
	KUNIT_EXPECT_EQ(test, power.reset_reg.address, 0xcf9ULL);
	KUNIT_EXPECT_EQ(test, (int)power.reset_value, 6);
	KUNIT_EXPECT_EQ(test, acpi_parse_fadt(NULL, &power, &dsdt), -EINVAL);
}

static int parse_s5(struct acpi_power_info *power, size_t len)
{
	memset(power, 0xee, sizeof(*power));
	return acpi_parse_s5(place(len), power);
}

static void s5_is_found_where_it_is_named(struct kunit *test)
{
	struct acpi_power_info power;

	begin("DSDT");
	ADD('_', 'S', '5', '_', 0x12, 6, 1, 0); /* used, not named */
	ADD(8, '_', 'S', '5', '_', 0x12, 6, 4, 0x0a, 5, 0x0a, 3, 0, 0);
	KUNIT_ASSERT_EQ(test, parse_s5(&power, draft_len), 0);
	KUNIT_EXPECT_TRUE(test, power.s5_valid);
	KUNIT_EXPECT_EQ(test, (int)power.s5_type_a, 5);
	KUNIT_EXPECT_EQ(test, (int)power.s5_type_b, 3);
	begin("DSDT");
	ADD(8, '\\', '_', 'S', '5', '_', 0x12, 0x40, 0, 1, 1); /* two length bytes */
	KUNIT_ASSERT_EQ(test, parse_s5(&power, draft_len), 0);
	KUNIT_EXPECT_EQ(test, (int)power.s5_type_a, 1);
	KUNIT_EXPECT_EQ(test, (int)power.s5_type_b, 1);
}

static void a_malformed_s5_is_no_s5(struct kunit *test)
{
	struct acpi_power_info power;

	begin("DSDT");
	ADD(8, '_', 'S', '5', '_', 0x12, 6, 4, 0x0a, 8, 0, 0, 0); /* type 8 of 7 */
	ADD(8, '_', 'S', '5', '_', 0x0a, 5);                      /* no package */
	ADD(8, '_', 'S', '5', '_', 0x12, 2, 0);                   /* an empty one */
	KUNIT_EXPECT_EQ(test, parse_s5(&power, draft_len), -ENOENT);
	KUNIT_EXPECT_FALSE(test, power.s5_valid);
	begin("DSDT");
	ADD(8, '_', 'S', '5', '_', 0x12, 0xc6, 0, 0, 0, 4, 0x0a, 5, 0x0a, 5);
	for (size_t len = HEADER; len < draft_len; len++) {
		int want = len >= draft_len - 2 ? 0 : -ENOENT; /* the second type may be missing */

		KUNIT_EXPECT_EQ(test, parse_s5(&power, len), want);
	}
}

static void this_machine_was_understood(struct kunit *test)
{
	KUNIT_EXPECT_GE(test, nr_cpu_ids, num_online_cpus());
	if (!acpi_madt_valid)
		kunit_skip(test, "no usable MADT on this machine");
	KUNIT_EXPECT_GE(test, acpi_madt.nr_cpus, num_online_cpus());
	KUNIT_EXPECT_GE(test, acpi_madt.nr_ioapics, 1U);
}

static struct kunit_case acpi_cases[] = {
	KUNIT_CASE(a_table_is_valid_if_sum_and_length_are),
	KUNIT_CASE(a_root_pointer_is_believed_as_far_as_its_sums_are_right),
	KUNIT_CASE(a_good_madt_is_read_whole),
	KUNIT_CASE(an_entry_of_length_zero_does_not_stop_time),
	KUNIT_CASE(an_entry_shorter_than_its_type_is_refused),
	KUNIT_CASE(a_table_cut_anywhere_is_survived),
	KUNIT_CASE(a_table_without_cpus_or_ioapics_is_refused),
	KUNIT_CASE(more_of_anything_than_fits_does_not_overflow),
	KUNIT_CASE(random_damage_is_refused_or_harmless),
	KUNIT_CASE(a_fadt_is_read_as_far_as_it_goes),
	KUNIT_CASE(s5_is_found_where_it_is_named),
	KUNIT_CASE(a_malformed_s5_is_no_s5),
	KUNIT_CASE(this_machine_was_understood),
	{}
};

static struct kunit_suite acpi_suite = {
	.name = "acpi",
	.init = acpi_test_init,
	.exit = acpi_test_exit,
	.test_cases = acpi_cases,
};

kunit_test_suite(acpi_suite);

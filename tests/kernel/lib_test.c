// SPDX-License-Identifier: MIT
/*
 * The library's rules, checked inside the kernel: with the kernel's flags, its memcpy() and its
 * symbol table. Each case names the rule it proves; random cases draw from a state with a seed of
 * its own, so they repeat on every run.
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/bsearch.h>
#include <linux/cpumask.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kfifo.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/llist.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include "helpers.h"

/* string: memmove() is right for every overlap. */
static void memmove_handles_every_overlap(struct kunit *test)
{
	u8 buf[48], before[48];

	for (int i = 0; i < 48; i++)
		before[i] = i;
	for (int from = 0; from < 24; from++) {
		for (int to = 0; to < 24; to++) {
			memcpy(buf, before, sizeof(buf));
			memmove(buf + to, buf + from, 24);
			KUNIT_EXPECT_EQ(test, memcmp(buf + to, before + from, 24), 0);
			KUNIT_EXPECT_EQ(test, memcmp(buf, before, to), 0);
			KUNIT_EXPECT_EQ(test, memcmp(buf + to + 24, before + to + 24, 24 - to), 0);
		}
	}
}

static void memset_stops_at_its_end(struct kunit *test)
{
	u8 buf[40];

	for (int len = 0; len <= 32; len++) {
		memset(buf, 0x11, sizeof(buf));
		memset(buf + 3, 0xee, len);
		KUNIT_EXPECT_NULL(test, memchr_inv(buf + 3, 0xee, len));
		KUNIT_EXPECT_NULL(test, memchr_inv(buf + 3 + len, 0x11, sizeof(buf) - 3 - len));
		KUNIT_EXPECT_NULL(test, memchr_inv(buf, 0x11, 3));
	}
}

static void strscpy_terminates_and_reports_a_cut(struct kunit *test)
{
	char buf[4];

	KUNIT_EXPECT_EQ(test, strscpy(buf, "abc", sizeof(buf)), 3);
	KUNIT_EXPECT_EQ(test, strscpy(buf, "abcd", sizeof(buf)), -E2BIG);
	KUNIT_EXPECT_STREQ(test, buf, "abc");
	KUNIT_EXPECT_EQ(test, strscpy(buf, "x", 0), -E2BIG);
	KUNIT_EXPECT_STREQ(test, buf, "abc");
}

static void strsep_keeps_empty_tokens(struct kunit *test)
{
	char text[] = "a,,b", *rest = text;

	KUNIT_EXPECT_STREQ(test, strsep(&rest, ","), "a");
	KUNIT_EXPECT_STREQ(test, strsep(&rest, ","), "");
	KUNIT_EXPECT_STREQ(test, strsep(&rest, ","), "b");
	KUNIT_EXPECT_NULL(test, rest);
	KUNIT_EXPECT_NULL(test, strsep(&rest, ","));
}

static void strings_compare_bytes_as_unsigned(struct kunit *test)
{
	const char *high = "\xff", *low = "a";

	OPTIMIZER_HIDE_VAR(high);
	KUNIT_EXPECT_GT(test, strcmp(high, low), 0);
	KUNIT_EXPECT_GT(test, memcmp(high, low, 1), 0);
	KUNIT_EXPECT_EQ(test, strncmp("abc", "abd", 2), 0);
	KUNIT_EXPECT_EQ(test, strcasecmp("HeLLo", "hEllO"), 0);
}

static void strim_cuts_both_ends(struct kunit *test)
{
	char text[] = " \t a b \n", blank[] = "   ";

	KUNIT_EXPECT_STREQ(test, strim(text), "a b");
	KUNIT_EXPECT_STREQ(test, strim(blank), "");
}

static struct kunit_case string_cases[] = { KUNIT_CASE(memmove_handles_every_overlap),
					    KUNIT_CASE(memset_stops_at_its_end),
					    KUNIT_CASE(strscpy_terminates_and_reports_a_cut),
					    KUNIT_CASE(strsep_keeps_empty_tokens),
					    KUNIT_CASE(strings_compare_bytes_as_unsigned),
					    KUNIT_CASE(strim_cuts_both_ends),
					    {} };

static struct kunit_suite string_suite = { .name = "lib_string", .test_cases = string_cases };

#define EXPECT_FORMAT(test, want, fmt, ...)                                                        \
	do {                                                                                       \
		char __out[128];                                                                   \
		int __len = snprintf(__out, sizeof(__out), fmt, ##__VA_ARGS__);                    \
		KUNIT_EXPECT_STREQ(test, __out, want);                                             \
		KUNIT_EXPECT_EQ(test, __len, (int)strlen(want));                                   \
	} while (0)

static void integers_obey_flags_width_and_precision(struct kunit *test)
{
	EXPECT_FORMAT(test, "   -5|-5   |-0005", "%5d|%-5d|%05d", -5, -5, -5);
	EXPECT_FORMAT(test, "+7| 7|007|  007", "%+d|% d|%.3d|%5.3d", 7, 7, 7, 7);
	EXPECT_FORMAT(test, "0xff|0XFF|0377|0", "%#x|%#X|%#o|%#x", 255, 255, 255, 0);
	EXPECT_FORMAT(test, "-9223372036854775808", "%lld", LLONG_MIN);
	EXPECT_FORMAT(test, "18446744073709551615", "%llu", ULLONG_MAX);
	EXPECT_FORMAT(test, "255 -1", "%hhu %hd", (u8)255, (short)-1);
	EXPECT_FORMAT(test, "ab  |  ab|a", "%-4s|%4s|%.1s", "ab", "ab", "ab");
}

static void truncation_keeps_the_zero_and_counts_on(struct kunit *test)
{
	char buf[8];

	memset(buf, 'q', sizeof(buf));
	KUNIT_EXPECT_EQ(test, snprintf(buf, 4, "%s", "abcdef"), 6);
	KUNIT_EXPECT_STREQ(test, buf, "abc");
	KUNIT_EXPECT_EQ(test, buf[4], 'q');
	KUNIT_EXPECT_EQ(test, scnprintf(buf, 4, "%s", "abcdef"), 3);
	KUNIT_EXPECT_EQ(test, snprintf(NULL, 0, "%d", 1234), 4);
}

static void bad_strings_are_named_not_followed(struct kunit *test)
{
	const char *null = NULL, *bad[] = { (char *)16, ERR_PTR(-EIO) };

	OPTIMIZER_HIDE_VAR(null);
	EXPECT_FORMAT(test, "(null) (efault) (efault)", "%s %s %s", null, bad[0], bad[1]);
}

static void pointers_print_addresses_symbols_and_errors(struct kunit *test)
{
	char buf[KSYM_SYMBOL_LEN];

	EXPECT_FORMAT(test, "ffff888000001234", "%p", (void *)0xffff888000001234UL);
	EXPECT_FORMAT(test, "-EINVAL -ENOMEM", "%pe %pe", ERR_PTR(-EINVAL), ERR_PTR(-ENOMEM));
	snprintf(buf, sizeof(buf), "%ps", vsnprintf);
	KUNIT_EXPECT_STREQ(test, buf, "vsnprintf");
	snprintf(buf, sizeof(buf), "%pS", vsnprintf);
	KUNIT_EXPECT_EQ(test, str_has_prefix(buf, "vsnprintf+0x0/0x"), strlen("vsnprintf+0x0/0x"));
}

static void bitmaps_and_bytes_print_by_width(struct kunit *test)
{
	unsigned long map[2] = { 0x8f, 1 };
	u8 bytes[] = { 0x00, 0x1a, 0xff };

	EXPECT_FORMAT(test, "0-3,7", "%*pbl", 64, map);
	EXPECT_FORMAT(test, "1,00000000,0000008f", "%*pb", 65, map);
	EXPECT_FORMAT(test, "00 1a ff|00:1a:ff", "%*ph|%*phC", 3, bytes, 3, bytes);
}

static __printf(3, 4) int format_nested(char *buf, size_t size, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;
	int len;

	va_start(args, fmt);
	vaf.va = &args;
	len = snprintf(buf, size, "%pV+%pV", &vaf, &vaf);
	va_end(args);
	return len;
}

static void va_format_leaves_its_arguments(struct kunit *test)
{
	char buf[32];

	KUNIT_EXPECT_EQ(test, format_nested(buf, sizeof(buf), "%d%s", 5, "x"), 5);
	KUNIT_EXPECT_STREQ(test, buf, "5x+5x");
	format_nested(buf, 5, "%d%s", 5, "x");
	KUNIT_EXPECT_STREQ(test, buf, "5x+5");
}

static void kasprintf_allocates_what_it_takes(struct kunit *test)
{
	char *text = kasprintf(GFP_KERNEL, "%s-%d", "dev", 7);

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_STREQ(test, text, "dev-7");
	kfree(text);
}

static void kstrto_takes_all_or_nothing(struct kunit *test)
{
	u64 u = 99;
	int i;
	u8 byte;
	bool flag;

	KUNIT_EXPECT_EQ(test, kstrtou64("18446744073709551615", 10, &u), 0);
	KUNIT_EXPECT_EQ(test, u, U64_MAX);
	KUNIT_EXPECT_EQ(test, kstrtou64("18446744073709551616", 10, &u), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou64("12 ", 10, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtou64("", 10, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtou64("-1", 10, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, u, U64_MAX);
	KUNIT_EXPECT_EQ(test, kstrtoint("-0x80000000\n", 0, &i), 0);
	KUNIT_EXPECT_EQ(test, i, INT_MIN);
	KUNIT_EXPECT_EQ(test, kstrtou8("256", 0, &byte), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtobool("on", &flag), 0);
	KUNIT_EXPECT_TRUE(test, flag);
	KUNIT_EXPECT_EQ(test, kstrtobool("maybe", &flag), -EINVAL);
}

static void sscanf_stops_at_the_first_mismatch(struct kunit *test)
{
	int a = 0, b = 0, at = 0;
	char word[8];

	KUNIT_EXPECT_EQ(test, sscanf("12,-7;rest", "%d,%d;%7s", &a, &b, word), 3);
	KUNIT_EXPECT_EQ(test, a, 12);
	KUNIT_EXPECT_EQ(test, b, -7);
	KUNIT_EXPECT_STREQ(test, word, "rest");
	KUNIT_EXPECT_EQ(test, sscanf("3:4", "%d,%d", &a, &b), 1);
	KUNIT_EXPECT_EQ(test, sscanf("1234", "%2d%n", &a, &at), 1);
	KUNIT_EXPECT_EQ(test, at, 2);
}

static void memparse_knows_binary_suffixes(struct kunit *test)
{
	char *end;

	KUNIT_EXPECT_EQ(test, memparse("32M,x", &end), 32ULL << 20);
	KUNIT_EXPECT_EQ(test, *end, ',');
	KUNIT_EXPECT_EQ(test, memparse("0x10k", NULL), 16384ULL);
}

static struct kunit_case text_cases[] = { KUNIT_CASE(integers_obey_flags_width_and_precision),
					  KUNIT_CASE(truncation_keeps_the_zero_and_counts_on),
					  KUNIT_CASE(bad_strings_are_named_not_followed),
					  KUNIT_CASE(pointers_print_addresses_symbols_and_errors),
					  KUNIT_CASE(bitmaps_and_bytes_print_by_width),
					  KUNIT_CASE(va_format_leaves_its_arguments),
					  KUNIT_CASE(kasprintf_allocates_what_it_takes),
					  KUNIT_CASE(kstrto_takes_all_or_nothing),
					  KUNIT_CASE(sscanf_stops_at_the_first_mismatch),
					  KUNIT_CASE(memparse_knows_binary_suffixes),
					  {} };

static struct kunit_suite text_suite = { .name = "lib_text", .test_cases = text_cases };

/* A node of the trees and lists below. */
struct item {
	struct rb_node rb;
	struct list_head list;
	struct llist_node llist;
	int key;
	int order;
	bool in;
};

static bool item_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct item, rb)->key < rb_entry(b, struct item, rb)->key;
}

static int item_key_cmp(const void *key, const struct rb_node *node)
{
	return *(const int *)key - rb_entry(node, struct item, rb)->key;
}

/* Black nodes on every way down from @node, or -1 where a rule of red-black trees is broken. */
static int black_height(const struct rb_node *node)
{
	int left, right;
	bool red;

	if (!node)
		return 1;
	red = !(node->__rb_parent_color & 1);
	if (red && rb_parent(node) && !(rb_parent(node)->__rb_parent_color & 1))
		return -1;
	left = black_height(node->rb_left);
	right = black_height(node->rb_right);
	if (left < 0 || left != right)
		return -1;
	return left + !red;
}

/* Whether the tree holds @count items in order, and knows its first. */
static bool tree_is_sound(const struct rb_root_cached *tree, int count)
{
	const struct item *previous = NULL;
	struct rb_node *node;

	if (black_height(tree->rb_root.rb_node) < 0 ||
	    rb_first_cached(tree) != rb_first(&tree->rb_root))
		return false;
	for (node = rb_first(&tree->rb_root); node; node = rb_next(node)) {
		const struct item *item = rb_entry(node, struct item, rb);

		if (previous && (previous->key > item->key || rb_prev(node) != &previous->rb))
			return false;
		if (previous && previous->key == item->key && previous->order > item->order)
			return false;
		previous = item;
		count--;
	}
	return count == 0;
}

static void rbtree_stays_balanced_and_ordered(struct kunit *test)
{
	struct item *items = kunit_kzalloc(test, 64 * sizeof(*items), GFP_KERNEL);
	struct rb_root_cached tree = RB_ROOT_CACHED;
	struct rnd_state rnd;
	int count = 0;

	KUNIT_ASSERT_NOT_NULL(test, items);
	prandom_seed_state(&rnd, 1);
	for (int step = 0; step < 2000; step++) {
		struct item *item = &items[prandom_u32_state(&rnd) % 64];

		if (item->in) {
			rb_erase_cached(&item->rb, &tree);
			count--;
		} else {
			item->key = prandom_u32_state(&rnd) % 32;
			item->order = step;
			rb_add_cached(&item->rb, &tree, item_less);
			count++;
		}
		item->in = !item->in;
		KUNIT_ASSERT_TRUE(test, tree_is_sound(&tree, count));
	}
}

static void rb_find_finds_what_is_there(struct kunit *test)
{
	struct item items[10] = { 0 };
	struct rb_root tree = RB_ROOT;
	int odd = 7, even = 8;

	for (int i = 0; i < 10; i++) {
		items[i].key = 2 * i;
		rb_add(&items[i].rb, &tree, item_less);
	}
	KUNIT_EXPECT_NULL(test, rb_find(&odd, &tree, item_key_cmp));
	KUNIT_EXPECT_PTR_EQ(test, rb_find(&even, &tree, item_key_cmp), &items[4].rb);
}

static void list_splice_and_cut_keep_the_order(struct kunit *test)
{
	struct item items[6], *item;
	LIST_HEAD(a);
	LIST_HEAD(b);
	int want = 0;

	for (int i = 0; i < 6; i++) {
		items[i].key = i;
		list_add_tail(&items[i].list, i < 3 ? &a : &b);
	}
	list_splice_tail_init(&b, &a);
	KUNIT_EXPECT_TRUE(test, list_empty(&b));
	list_cut_position(&b, &a, &items[3].list);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&b), (size_t)4);
	list_splice_init(&b, &a);
	list_for_each_entry(item, &a, list)
		KUNIT_EXPECT_EQ(test, item->key, want++);
	KUNIT_EXPECT_EQ(test, want, 6);
}

static void list_safe_walk_allows_removal(struct kunit *test)
{
	struct item items[6], *item, *next;
	LIST_HEAD(head);

	for (int i = 0; i < 6; i++) {
		items[i].key = i;
		list_add_tail(&items[i].list, &head);
	}
	list_for_each_entry_safe(item, next, &head, list)
		if (item->key % 2)
			list_del(&item->list);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&head), (size_t)3);
	KUNIT_EXPECT_PTR_EQ(test, items[1].list.next, (struct list_head *)LIST_POISON1);
}

static int item_list_cmp(void *priv, const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct item, list)->key - list_entry(b, struct item, list)->key;
}

static void list_sort_is_stable(struct kunit *test)
{
	struct item *items = kunit_kzalloc(test, 100 * sizeof(*items), GFP_KERNEL);
	struct item *item, *previous = NULL;
	struct rnd_state rnd;
	LIST_HEAD(head);

	KUNIT_ASSERT_NOT_NULL(test, items);
	prandom_seed_state(&rnd, 2);
	for (int i = 0; i < 100; i++) {
		items[i].key = prandom_u32_state(&rnd) % 10;
		items[i].order = i;
		list_add_tail(&items[i].list, &head);
	}
	list_sort(NULL, &head, item_list_cmp);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&head), (size_t)100);
	list_for_each_entry(item, &head, list) {
		if (previous)
			KUNIT_EXPECT_TRUE(test, previous->key < item->key ||
							(previous->key == item->key &&
							 previous->order < item->order));
		previous = item;
	}
}

static void llist_takes_newest_first_and_reverses(struct kunit *test)
{
	struct item items[4], *item;
	LLIST_HEAD(head);
	int want = 0;

	for (int i = 0; i < 4; i++) {
		items[i].key = i;
		KUNIT_EXPECT_EQ(test, llist_add(&items[i].llist, &head), i == 0);
	}
	KUNIT_EXPECT_PTR_EQ(test, llist_del_first(&head), &items[3].llist);
	llist_for_each_entry(item, llist_reverse_order(llist_del_all(&head)), llist)
		KUNIT_EXPECT_EQ(test, item->key, want++);
	KUNIT_EXPECT_EQ(test, want, 3);
	KUNIT_EXPECT_TRUE(test, llist_empty(&head));
}

static struct kunit_case container_cases[] = { KUNIT_CASE(rbtree_stays_balanced_and_ordered),
					       KUNIT_CASE(rb_find_finds_what_is_there),
					       KUNIT_CASE(list_splice_and_cut_keep_the_order),
					       KUNIT_CASE(list_safe_walk_allows_removal),
					       KUNIT_CASE(list_sort_is_stable),
					       KUNIT_CASE(llist_takes_newest_first_and_reverses),
					       {} };

static struct kunit_suite container_suite = {
	.name = "lib_containers",
	.test_cases = container_cases,
};

static void find_bit_crosses_words_and_stops_at_the_end(struct kunit *test)
{
	DECLARE_BITMAP(map, 130);

	bitmap_zero(map, 130);
	KUNIT_EXPECT_EQ(test, find_first_bit(map, 130), 130UL);
	__set_bit(64, map);
	__set_bit(129, map);
	KUNIT_EXPECT_EQ(test, find_first_bit(map, 130), 64UL);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, 130, 65), 129UL);
	KUNIT_EXPECT_EQ(test, find_next_bit(map, 129, 65), 129UL);
	KUNIT_EXPECT_EQ(test, find_last_bit(map, 130), 129UL);
	KUNIT_EXPECT_EQ(test, find_next_zero_bit(map, 130, 64), 65UL);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, 130), 2U);
}

static void bitmap_ignores_bits_past_the_end(struct kunit *test)
{
	unsigned long a = 0xff0f, b = 0x000f;

	KUNIT_EXPECT_TRUE(test, bitmap_equal(&a, &b, 8));
	KUNIT_EXPECT_FALSE(test, bitmap_equal(&a, &b, 9));
	KUNIT_EXPECT_EQ(test, bitmap_weight(&a, 8), 4U);
	KUNIT_EXPECT_TRUE(test, bitmap_full(&a, 4));
}

static void bitmap_parselist_reads_what_pbl_prints(struct kunit *test)
{
	unsigned long map, again;
	struct rnd_state rnd;
	char text[256];

	prandom_seed_state(&rnd, 3);
	for (int i = 0; i < 50; i++) {
		map = (u64)prandom_u32_state(&rnd) << 32 | prandom_u32_state(&rnd);
		snprintf(text, sizeof(text), "%*pbl", 64, &map);
		KUNIT_EXPECT_EQ(test, bitmap_parselist(text, &again, 64), 0);
		KUNIT_EXPECT_EQ(test, again, map);
	}
	KUNIT_EXPECT_EQ(test, bitmap_parselist("8-20:2/4", &map, 64), 0);
	KUNIT_EXPECT_EQ(test, map, 0x133300UL);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("3-1", &map, 64), -EINVAL);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("64", &map, 64), -ERANGE);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("1,x", &map, 64), -EINVAL);
}

static void cpumask_walks_each_cpu_once(struct kunit *test)
{
	struct cpumask mask = { { 0x8000000000000015UL } };
	unsigned int cpu, seen = 0, wrapped[4] = { 4, 63, 0, 2 };

	for_each_cpu(cpu, &mask) {
		KUNIT_EXPECT_TRUE(test, cpumask_test_cpu(cpu, &mask));
		seen++;
	}
	KUNIT_EXPECT_EQ(test, seen, 4U);
	seen = 0;
	for_each_cpu_wrap(cpu, &mask, 3) {
		KUNIT_ASSERT_LT(test, seen, 4U);
		KUNIT_EXPECT_EQ(test, cpu, wrapped[seen]);
		seen++;
	}
	KUNIT_EXPECT_EQ(test, seen, 4U);
	KUNIT_EXPECT_EQ(test, cpumask_next(0, &mask), 2U);
	KUNIT_EXPECT_TRUE(test, cpumask_subset(cpu_online_mask, cpu_possible_mask));
}

static void hweight_counts_bits_without_an_instruction(struct kunit *test)
{
	unsigned long word = 0xf00f00000000f001UL;

	OPTIMIZER_HIDE_VAR(word);
	KUNIT_EXPECT_EQ(test, (int)hweight64(word), 13);
	word = ~0UL;
	OPTIMIZER_HIDE_VAR(word);
	KUNIT_EXPECT_EQ(test, (int)hweight64(word), 64);
}

static struct kunit_case bitmap_cases[] = { KUNIT_CASE(find_bit_crosses_words_and_stops_at_the_end),
					    KUNIT_CASE(bitmap_ignores_bits_past_the_end),
					    KUNIT_CASE(bitmap_parselist_reads_what_pbl_prints),
					    KUNIT_CASE(cpumask_walks_each_cpu_once),
					    KUNIT_CASE(hweight_counts_bits_without_an_instruction),
					    {} };

static struct kunit_suite bitmap_suite = { .name = "lib_bitmap", .test_cases = bitmap_cases };

static void kfifo_keeps_order_across_the_wrap(struct kunit *test)
{
	DECLARE_KFIFO(fifo, u16, 8);
	struct rnd_state rnd;
	u16 in = 0, out = 0, got;

	INIT_KFIFO(fifo);
	prandom_seed_state(&rnd, 4);
	/* The indices wrap after 2^32 elements: start a few before. */
	fifo.kfifo.in = fifo.kfifo.out = -5U;
	for (int step = 0; step < 500; step++) {
		if (prandom_u32_state(&rnd) % 2)
			in += kfifo_put(&fifo, in);
		else if (kfifo_get(&fifo, &got))
			KUNIT_EXPECT_EQ(test, got, out++);
		KUNIT_EXPECT_EQ(test, kfifo_len(&fifo), (unsigned int)(u16)(in - out));
	}
}

static void kfifo_uses_every_slot(struct kunit *test)
{
	static DEFINE_KFIFO(fifo, int, 4);
	int value = 0, batch[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };

	kfifo_reset(&fifo);
	KUNIT_EXPECT_TRUE(test, kfifo_is_empty(&fifo));
	KUNIT_EXPECT_EQ(test, kfifo_in(&fifo, batch, 8), 4U);
	KUNIT_EXPECT_TRUE(test, kfifo_is_full(&fifo));
	KUNIT_EXPECT_EQ(test, kfifo_put(&fifo, 9), 0U);
	KUNIT_EXPECT_EQ(test, kfifo_peek(&fifo, &value), 1U);
	KUNIT_EXPECT_EQ(test, value, 0);
	kfifo_skip(&fifo);
	KUNIT_EXPECT_EQ(test, kfifo_out(&fifo, batch, 8), 3U);
	KUNIT_EXPECT_EQ(test, batch[2], 3);
	KUNIT_EXPECT_EQ(test, kfifo_get(&fifo, &value), 0U);
}

static void kfifo_alloc_rounds_up_and_rejects_tiny(struct kunit *test)
{
	struct kfifo fifo;

	KUNIT_EXPECT_EQ(test, kfifo_alloc(&fifo, 1, GFP_KERNEL), -EINVAL);
	KUNIT_ASSERT_EQ(test, kfifo_alloc(&fifo, 100, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, kfifo_size(&fifo), 128U);
	kfifo_free(&fifo);
	KUNIT_EXPECT_FALSE(test, kfifo_initialized(&fifo));
}

static int int_cmp(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void sort_and_bsearch_agree(struct kunit *test)
{
	int values[99], key, found = 0;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 5);
	for (int i = 0; i < 99; i++)
		values[i] = prandom_u32_state(&rnd) % 50;
	key = values[0];
	sort(values, 99, sizeof(int), int_cmp, NULL);
	for (int i = 1; i < 99; i++)
		KUNIT_EXPECT_LE(test, values[i - 1], values[i]);
	for (key = 0; key < 60; key++) {
		int *hit = bsearch(&key, values, 99, sizeof(int), int_cmp);

		if (hit)
			KUNIT_EXPECT_EQ(test, *hit, key);
		found += hit != NULL;
	}
	KUNIT_EXPECT_GT(test, found, 0);
	KUNIT_EXPECT_LE(test, found, 50);
}

static void same_seed_same_numbers(struct kunit *test)
{
	struct rnd_state a, b, c;
	bool differs = false;

	prandom_seed_state(&a, 7);
	prandom_seed_state(&b, 7);
	prandom_seed_state(&c, 8);
	for (int i = 0; i < 100; i++) {
		u32 next = prandom_u32_state(&a);

		KUNIT_EXPECT_EQ(test, next, prandom_u32_state(&b));
		differs |= next != prandom_u32_state(&c);
	}
	KUNIT_EXPECT_TRUE(test, differs);
	KUNIT_EXPECT_NE(test, get_random_u64(), get_random_u64());
}

static void refcount_gives_the_object_to_the_last(struct kunit *test)
{
	refcount_t refs = REFCOUNT_INIT(1);

	refcount_inc(&refs);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&refs));
	KUNIT_EXPECT_TRUE(test, refcount_dec_and_test(&refs));
	KUNIT_EXPECT_FALSE(test, refcount_inc_not_zero(&refs));
	KUNIT_EXPECT_EQ(test, refcount_read(&refs), 0U);
}

/* Each kind is reported once a boot; the count stays where no further step frees the object. */
static void a_refcount_that_goes_wrong_is_reported_and_frees_nothing(struct kunit *test)
{
	static bool reported;
	u64 mark = log_mark();
	refcount_t refs = REFCOUNT_INIT(0);

	refcount_inc(&refs);
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&refs), REFCOUNT_SATURATED);
	refcount_set(&refs, REFCOUNT_MAX);
	refcount_inc(&refs);
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&refs), REFCOUNT_SATURATED);
	refcount_set(&refs, 0);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&refs));
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&refs), REFCOUNT_SATURATED);
	refcount_set(&refs, 1);
	refcount_dec(&refs);
	KUNIT_EXPECT_EQ(test, (int)refcount_read(&refs), REFCOUNT_SATURATED);
	KUNIT_EXPECT_TRUE(test, reported || (log_has(mark, "refcount_t: addition on 0") &&
					     log_has(mark, "refcount_t: saturated") &&
					     log_has(mark, "refcount_t: underflow") &&
					     log_has(mark, "refcount_t: decrement hit 0")));
	reported = true;
}

static void wide_arithmetic_does_not_overflow(struct kunit *test)
{
	u64 quotient = 1000001;

	KUNIT_EXPECT_EQ(test, mul_u64_u64_div_u64(U64_MAX, 1000, 2000), U64_MAX / 2);
	KUNIT_EXPECT_EQ(test, mul_u64_u64_shr(U64_MAX, 1ULL << 32, 33), U64_MAX >> 1);
	KUNIT_EXPECT_EQ(test, mult_frac(1ULL << 60, 3, 4), 3ULL << 58);
	KUNIT_EXPECT_EQ(test, do_div(quotient, 1000), 1U);
	KUNIT_EXPECT_EQ(test, quotient, 1000ULL);
	KUNIT_EXPECT_EQ(test, size_mul(SIZE_MAX, 2), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_add(SIZE_MAX, 1), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, int_sqrt(99), 9UL);
}

static void rounding_helpers_round_as_named(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(5), 8UL);
	KUNIT_EXPECT_EQ(test, rounddown_pow_of_two(5), 4UL);
	KUNIT_EXPECT_EQ(test, ilog2(1023), 9);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(-7, 2), -4);
	KUNIT_EXPECT_EQ(test, roundup(10, 7), 14);
	KUNIT_EXPECT_EQ(test, clamp(15, 0, 10), 10);
	KUNIT_EXPECT_EQ(test, sign_extend32(0xff, 7), -1);
	KUNIT_EXPECT_EQ(test, GENMASK(63, 60), 0xf000000000000000UL);
}

static struct kunit_case misc_cases[] = {
	KUNIT_CASE(kfifo_keeps_order_across_the_wrap),
	KUNIT_CASE(kfifo_uses_every_slot),
	KUNIT_CASE(kfifo_alloc_rounds_up_and_rejects_tiny),
	KUNIT_CASE(sort_and_bsearch_agree),
	KUNIT_CASE(same_seed_same_numbers),
	KUNIT_CASE(refcount_gives_the_object_to_the_last),
	KUNIT_CASE(a_refcount_that_goes_wrong_is_reported_and_frees_nothing),
	KUNIT_CASE(wide_arithmetic_does_not_overflow),
	KUNIT_CASE(rounding_helpers_round_as_named),
	{}
};

static struct kunit_suite misc_suite = { .name = "lib_misc", .test_cases = misc_cases };

kunit_test_suite(string_suite);
kunit_test_suite(text_suite);
kunit_test_suite(container_suite);
kunit_test_suite(bitmap_suite);
kunit_test_suite(misc_suite);

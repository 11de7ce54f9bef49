/* SPDX-License-Identifier: MIT */
/*
 * KUnit: tests that run inside the kernel. A case is void case(struct kunit *test); a suite names
 * its cases and what runs before and after each. Every case runs as a kernel thread of its own: a
 * failed KUNIT_EXPECT_* is reported and the case goes on, a failed KUNIT_ASSERT_* ends its
 * thread. Results are printed as KTAP, version 1.
 */
#ifndef _KUNIT_TEST_H
#define _KUNIT_TEST_H

#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED,
};

struct kunit {
	void *priv; /* the suite's: set by its init */
	const char *name; /* of the case */
	enum kunit_status status;
	char skip_reason[64];
	struct completion ended; /* the case's thread is done with @test */
	spinlock_t lock;
	struct list_head allocations; /* of kunit_kmalloc(). lock */
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

#define KUNIT_CASE(test_name) { .run_case = test_name, .name = #test_name }
#define KUNIT_CASE_SLOW(test_name) KUNIT_CASE(test_name)

struct kunit_suite {
	const char *name;
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test); /* before each case; an error fails the case */
	void (*exit)(struct kunit *test); /* after each case, whatever became of it */
	struct kunit_case *test_cases; /* an empty one ends them */
};

#define __kunit_register(id, suite) \
	static struct kunit_suite *const id __used __section(".kunit_suites") = suite
#define kunit_test_suite(suite) __kunit_register(__UNIQUE_ID(kunit_suite_), &(suite))

/**
 * kunit_run - run the suites whose name, or the cases whose "suite.case", matches @glob
 * Context: task, may sleep. A signal ends it between two cases, and stays pending.
 * Return: the number of cases that failed or were not run, 1 if nothing matched.
 */
int kunit_run(const char *glob);

/* Memory that is freed when the case ends. Context: as kmalloc() with @gfp. */
void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp);

static inline void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc(test, size, gfp | __GFP_ZERO);
}

/* Report a failure of the case at @file:@line. Context: any. */
void __printf(4, 5) __kunit_fail(struct kunit *test, const char *file, int line,
				 const char *fmt, ...);
void __printf(2, 3) __kunit_mark_skipped(struct kunit *test, const char *fmt, ...);
/* End the running case's thread. Context: that thread, holding nothing. */
void __noreturn kunit_abort(struct kunit *test);

#define kunit_printk(level, test, fmt, ...) \
	printk(level "    # %s: " fmt, (test)->name, ##__VA_ARGS__)
#define kunit_info(test, fmt, ...) kunit_printk(KERN_INFO, test, fmt, ##__VA_ARGS__)
#define kunit_warn(test, fmt, ...) kunit_printk(KERN_WARNING, test, fmt, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...) kunit_printk(KERN_ERR, test, fmt, ##__VA_ARGS__)

#define kunit_mark_skipped(test, fmt, ...) __kunit_mark_skipped(test, fmt, ##__VA_ARGS__)
#define kunit_skip(test, fmt, ...)                              \
	do {                                                    \
		__kunit_mark_skipped(test, fmt, ##__VA_ARGS__); \
		kunit_abort(test);                              \
	} while (0)

#define KUNIT_SUCCEED(test) do { } while (0)
#define KUNIT_FAIL(test, fmt, ...) __kunit_fail(test, __FILE__, __LINE__, fmt, ##__VA_ARGS__)
#define KUNIT_FAIL_AND_ABORT(test, fmt, ...)            \
	do {                                            \
		KUNIT_FAIL(test, fmt, ##__VA_ARGS__);   \
		kunit_abort(test);                      \
	} while (0)

/* What a failed comparison does: go on, or end the case. */
#define __KUNIT_EXPECT(test) do { } while (0)
#define __KUNIT_ASSERT(test) kunit_abort(test)

#define __KUNIT_CHECK(test, then, ok, fmt, ...)                         \
	do {                                                            \
		if (unlikely(!(ok))) {                                  \
			KUNIT_FAIL(test, fmt, ##__VA_ARGS__);           \
			then(test);                                     \
		}                                                       \
	} while (0)

#define __KUNIT_BOOL(test, then, condition, want)                                       \
	__KUNIT_CHECK(test, then, (!!(condition)) == (want), "Expected %s to be %s\n",    \
		      #condition, (want) ? "true" : "false")

#define __KUNIT_COMPARE(test, then, left, op, right)                                            \
	do {                                                                                    \
		const typeof(left) __left = (left);                                             \
		const typeof(right) __right = (right);                                          \
		__KUNIT_CHECK(test, then, __left op __right,                                    \
			      "Expected %s %s %s, but\n    #   %s is %lld (0x%llx)\n"          \
			      "    #   %s is %lld (0x%llx)\n",                                   \
			      #left, #op, #right, #left, (long long)__left, (long long)__left,  \
			      #right, (long long)__right, (long long)__right);                  \
	} while (0)

#define __KUNIT_COMPARE_PTR(test, then, left, op, right)                                        \
	do {                                                                                    \
		const void *__left = (const void *)(left);                                      \
		const void *__right = (const void *)(right);                                    \
		__KUNIT_CHECK(test, then, __left op __right,                                    \
			      "Expected %s %s %s, but\n    #   %s is %p\n    #   %s is %p\n",   \
			      #left, #op, #right, #left, __left, #right, __right);              \
	} while (0)

#define __KUNIT_COMPARE_STR(test, then, left, op, right)                                        \
	do {                                                                                    \
		const char *__left = (left), *__right = (right);                                \
		__KUNIT_CHECK(test, then, __left && __right && strcmp(__left, __right) op 0,    \
			      "Expected %s %s %s, but\n    #   %s is \"%s\"\n"                   \
			      "    #   %s is \"%s\"\n",                                         \
			      #left, #op, #right, #left, __left, #right, __right);              \
	} while (0)

#define __KUNIT_NOT_ERR(test, then, ptr)                                                        \
	do {                                                                                    \
		const void *__ptr = (const void *)(ptr);                                        \
		__KUNIT_CHECK(test, then, !IS_ERR_OR_NULL(__ptr),                               \
			      "Expected %s to be neither NULL nor an error, but it is %pe\n",   \
			      #ptr, __ptr);                                                     \
	} while (0)

#define KUNIT_EXPECT_TRUE(test, condition) __KUNIT_BOOL(test, __KUNIT_EXPECT, condition, true)
#define KUNIT_EXPECT_FALSE(test, condition) __KUNIT_BOOL(test, __KUNIT_EXPECT, condition, false)
#define KUNIT_EXPECT_EQ(test, left, right) __KUNIT_COMPARE(test, __KUNIT_EXPECT, left, ==, right)
#define KUNIT_EXPECT_NE(test, left, right) __KUNIT_COMPARE(test, __KUNIT_EXPECT, left, !=, right)
#define KUNIT_EXPECT_LT(test, left, right) __KUNIT_COMPARE(test, __KUNIT_EXPECT, left, <, right)
#define KUNIT_EXPECT_LE(test, left, right) __KUNIT_COMPARE(test, __KUNIT_EXPECT, left, <=, right)
#define KUNIT_EXPECT_GT(test, left, right) __KUNIT_COMPARE(test, __KUNIT_EXPECT, left, >, right)
#define KUNIT_EXPECT_GE(test, left, right) __KUNIT_COMPARE(test, __KUNIT_EXPECT, left, >=, right)
#define KUNIT_EXPECT_PTR_EQ(test, left, right) \
	__KUNIT_COMPARE_PTR(test, __KUNIT_EXPECT, left, ==, right)
#define KUNIT_EXPECT_PTR_NE(test, left, right) \
	__KUNIT_COMPARE_PTR(test, __KUNIT_EXPECT, left, !=, right)
#define KUNIT_EXPECT_NULL(test, ptr) KUNIT_EXPECT_PTR_EQ(test, ptr, NULL)
#define KUNIT_EXPECT_NOT_NULL(test, ptr) KUNIT_EXPECT_PTR_NE(test, ptr, NULL)
#define KUNIT_EXPECT_STREQ(test, left, right) \
	__KUNIT_COMPARE_STR(test, __KUNIT_EXPECT, left, ==, right)
#define KUNIT_EXPECT_STRNEQ(test, left, right) \
	__KUNIT_COMPARE_STR(test, __KUNIT_EXPECT, left, !=, right)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, ptr) __KUNIT_NOT_ERR(test, __KUNIT_EXPECT, ptr)

#define KUNIT_ASSERT_TRUE(test, condition) __KUNIT_BOOL(test, __KUNIT_ASSERT, condition, true)
#define KUNIT_ASSERT_FALSE(test, condition) __KUNIT_BOOL(test, __KUNIT_ASSERT, condition, false)
#define KUNIT_ASSERT_EQ(test, left, right) __KUNIT_COMPARE(test, __KUNIT_ASSERT, left, ==, right)
#define KUNIT_ASSERT_NE(test, left, right) __KUNIT_COMPARE(test, __KUNIT_ASSERT, left, !=, right)
#define KUNIT_ASSERT_LT(test, left, right) __KUNIT_COMPARE(test, __KUNIT_ASSERT, left, <, right)
#define KUNIT_ASSERT_LE(test, left, right) __KUNIT_COMPARE(test, __KUNIT_ASSERT, left, <=, right)
#define KUNIT_ASSERT_GT(test, left, right) __KUNIT_COMPARE(test, __KUNIT_ASSERT, left, >, right)
#define KUNIT_ASSERT_GE(test, left, right) __KUNIT_COMPARE(test, __KUNIT_ASSERT, left, >=, right)
#define KUNIT_ASSERT_PTR_EQ(test, left, right) \
	__KUNIT_COMPARE_PTR(test, __KUNIT_ASSERT, left, ==, right)
#define KUNIT_ASSERT_PTR_NE(test, left, right) \
	__KUNIT_COMPARE_PTR(test, __KUNIT_ASSERT, left, !=, right)
#define KUNIT_ASSERT_NULL(test, ptr) KUNIT_ASSERT_PTR_EQ(test, ptr, NULL)
#define KUNIT_ASSERT_NOT_NULL(test, ptr) KUNIT_ASSERT_PTR_NE(test, ptr, NULL)
#define KUNIT_ASSERT_STREQ(test, left, right) \
	__KUNIT_COMPARE_STR(test, __KUNIT_ASSERT, left, ==, right)
#define KUNIT_ASSERT_STRNEQ(test, left, right) \
	__KUNIT_COMPARE_STR(test, __KUNIT_ASSERT, left, !=, right)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ptr) __KUNIT_NOT_ERR(test, __KUNIT_ASSERT, ptr)

#endif /* _KUNIT_TEST_H */

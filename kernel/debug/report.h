/* SPDX-License-Identifier: MIT */
/* The reports about sleeping where one must not: what they are about, and what follows them. */
#ifndef _KERNEL_DEBUG_REPORT_H
#define _KERNEL_DEBUG_REPORT_H

#include <linux/types.h>

/* What a report is about, noted before the report itself changes any of it. */
struct atomic_context {
	int count;			/* preempt_count of the code that wanted to sleep */
	bool irqs_off;
	bool in_condition;		/* of a wait_event(), or with a sleeping state set */
	unsigned long irqs_off_ip;
};

/* Which rule was broken, for the words that a report ends with. */
enum rule {
	RULE_NMI,
	RULE_HARDIRQ,
	RULE_SOFTIRQ,
	RULE_LOCK,
	RULE_RCU,
	RULE_BH,
	RULE_PREEMPT,
	RULE_EITHER,
	RULE_IRQS,
	RULE_IDLE,
	RULE_CONDITION,
};

extern bool atomic_sleep_panics;	/* atomic_sleep=; a test that means to go on turns it off meanwhile */

/* What has been reported since boot, and the last of it. Changed inside report_begin(). */
extern struct sleep_reports {
	unsigned int nr;
	const char *reason;		/* the headline, without names and numbers */
	const char *rule;		/* short for it */
	struct atomic_context context;
} sleep_reports;

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
/* print_context - one line: in which interrupt, callback, condition. print_section: where it began. */
void print_context(const struct atomic_context *context);
void print_section(const struct atomic_context *context);
#else
#define print_context(context) do { } while (0)
#define print_section(context) do { } while (0)
#endif

#endif

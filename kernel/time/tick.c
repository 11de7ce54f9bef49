// SPDX-License-Identifier: MIT
/*
 * The tick and the clocks. All time comes from the TSC; jiffies is that, counted in steps of 1/HZ by the ticks of all
 * CPUs, so it stays right whatever rate hz= gives the tick.
 *
 * With seed=N on the command line the ticks come at intervals that vary by a sixteenth, drawn from the seed: where
 * tasks are preempted is then a matter of the seed, and under QEMU's -icount of nothing else.
 */
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/nmi.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tsc.h>

#include "tick.h"

#define MIN_HZ 10
#define MAX_HZ 10000

volatile unsigned long jiffies = INITIAL_JIFFIES;

static u64 boot_tsc;                 /* when time began */
static arch_spinlock_t jiffies_lock; /* interrupts off; guards the stores to jiffies and next_jiffy */
static ktime_t next_jiffy;           /* when jiffies must go up; read without the lock, too */
static ktime_t tick_period = TICK_NSEC;
static u32 tick_jitter_mask; /* 0: ticks are even */

static DEFINE_PER_CPU(ktime_t, next_tick);
static DEFINE_PER_CPU(struct rnd_state, tick_rnd);

static int __init hz_setup(char *val)
{
	unsigned int hz;

	if (kstrtouint(val, 0, &hz) || hz < MIN_HZ || hz > MAX_HZ)
		return -EINVAL;
	tick_period = NSEC_PER_SEC / hz;
	return 0;
}
early_param("hz", hz_setup);

u64 sched_clock(void)
{
	return boot_tsc ? cycles_2_ns(rdtsc() - boot_tsc) : 0;
}

s64 ktime_get(void)
{
	return cycles_2_ns(rdtsc_ordered() - boot_tsc);
}

void __init timekeeping_init(void)
{
	boot_tsc = rdtsc_ordered();
	next_jiffy = TICK_NSEC;
	if (random_seed_given())
		tick_jitter_mask = roundup_pow_of_two(tick_period / 32) - 1;
}

static ktime_t tick_after(ktime_t tick)
{
	tick += tick_period;
	if (unlikely(tick_jitter_mask))
		tick += prandom_u32_state(this_cpu_ptr(&tick_rnd)) & tick_jitter_mask;
	return tick;
}

/*
 * Whichever CPU notices that it is time. A tick that was held up, by a long section with interrupts off or by the host
 * of a virtual machine, makes good for all the time that passed.
 */
static __always_inline void tick_do_update_jiffies(ktime_t now)
{
	if (likely(now < READ_ONCE(next_jiffy)))
		return;
	arch_spin_lock(&jiffies_lock);
	while (now >= next_jiffy) {
		jiffies = jiffies + 1;
		WRITE_ONCE(next_jiffy, next_jiffy + TICK_NSEC);
	}
	arch_spin_unlock(&jiffies_lock);
}

void update_jiffies(void)
{
	unsigned long flags;

	local_irq_save(flags);
	tick_do_update_jiffies(ktime_get());
	local_irq_restore(flags);
}

ktime_t tick_handle(ktime_t now)
{
	ktime_t next = this_cpu_read(next_tick);

	if (now < next)
		return next;
	watchdog_tick(tick_period); /* before any of those that ask for a switch */
	tick_do_update_jiffies(now);
	run_local_timers();
	rcu_sched_clock_irq();
	scheduler_tick();
	do {
		next = tick_after(next);
	} while (unlikely(next <= now));
	this_cpu_write(next_tick, next);
	cpu_relax(); /* an emulator that lets one CPU run at a time goes on with the next */
	return next;
}

ktime_t tick_first(ktime_t now)
{
	prandom_seed_state(this_cpu_ptr(&tick_rnd), get_random_u32());
	this_cpu_write(next_tick, tick_after(now));
	return this_cpu_read(next_tick);
}

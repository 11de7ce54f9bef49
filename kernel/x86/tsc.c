// SPDX-License-Identifier: MIT
/*
 * How fast the time-stamp counter and the local APIC timer run. Neither says so itself, so both are watched for a
 * few milliseconds of a clock whose frequency is fixed: the ACPI PM timer (ACPI 4.8.3.3), or without one channel 2 of
 * the PIT (Intel 8254 data sheet). The wait is a countdown without I/O, since under emulation port accesses are what
 * costs. Written once at boot, read everywhere.
 */
#include <linux/acpi.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <asm/apic.h>
#include <asm/io.h>
#include <asm/processor.h>
#include <asm/tsc.h>

#define CALIBRATE_US         2000
#define CALIBRATE_MAX_ROUNDS 100000
#define PM_TIMER_HZ          3579545

#define PIT_HZ                    1193182
#define PIT_CHANNEL2              0x42
#define PIT_MODE                  0x43
#define PIT_MODE_CHANNEL2_ONESHOT 0xb0 /* channel 2, low then high byte, mode 0 */
#define PIT_LATCH_CHANNEL2        0x80
#define PIT_GATE_PORT             0x61 /* bit 0: gate of channel 2; bit 1: speaker */

u32 tsc_khz __ro_after_init;
u64 tsc_ns_mult __ro_after_init;

/* A clock that counts up or down through @mask at @hz. */
struct reference_clock {
	const char *name;
	u32 hz;
	u32 mask;
	u32 (*read)(void);
};

struct sample {
	u32 reference;
	u32 lapic;
	u64 tsc;
};

static u32 pm_timer_read(void)
{
	return inl(acpi_power.pm_timer_port);
}

/* The PIT counts down; turned round it counts up like the other. */
static u32 pit_read(void)
{
	u32 low;

	outb(PIT_LATCH_CHANNEL2, PIT_MODE);
	low = inb(PIT_CHANNEL2);
	return ~(low | (u32)inb(PIT_CHANNEL2) << 8);
}

static void __init pit_start(void)
{
	outb((inb(PIT_GATE_PORT) & ~2) | 1, PIT_GATE_PORT);
	outb(PIT_MODE_CHANNEL2_ONESHOT, PIT_MODE);
	outb(0xff, PIT_CHANNEL2);
	outb(0xff, PIT_CHANNEL2);
}

static bool __init clock_ticks(const struct reference_clock *clock)
{
	u32 first = clock->read();

	for (int i = 0; i < 10000; i++)
		if (clock->read() != first)
			return true;
	return false;
}

static struct reference_clock __init reference_clock(void)
{
	struct reference_clock pm_timer = {
		"ACPI PM timer",
		PM_TIMER_HZ,
		(u32)((1ULL << acpi_power.pm_timer_bits) - 1),
		pm_timer_read,
	};
	struct reference_clock pit = { "PIT", PIT_HZ, 0xffff, pit_read };

	if (acpi_power.pm_timer_port && clock_ticks(&pm_timer))
		return pm_timer;
	pit_start();
	if (!clock_ticks(&pit))
		panic("tsc: neither the ACPI PM timer nor the PIT ticks");
	return pit;
}

/*
 * Read all three at the moment when the reference steps, so that its coarse ticks do not matter; of a few tries take
 * the one least disturbed between its two TSC reads, since the host may have been away meanwhile.
 */
static struct sample __init take_sample(const struct reference_clock *clock)
{
	struct sample best = { 0 };
	u64 best_gap = U64_MAX;

	for (int i = 0; i < 3; i++) {
		u32 first = clock->read(), reference, lapic;
		u64 before, after;

		do {
			before = rdtsc_ordered();
			reference = clock->read();
			after = rdtsc_ordered();
		} while (reference == first);
		lapic = apic_read(APIC_TMCCT);

		if (after - before < best_gap) {
			best_gap = after - before;
			best = (struct sample){ reference, lapic, after };
		}
	}
	return best;
}

static void __init spin_without_io(void)
{
	unsigned long n = 20000;

	__asm__ __volatile__("1: dec %0; jnz 1b" : "+r"(n));
}

/* @count ticks of something per @ticks of the reference, in kHz. Both are a few milliseconds' worth: no overflow. */
static u32 __init to_khz(u64 count, u64 ticks, u32 reference_hz)
{
	return (u32)(count * reference_hz / (ticks * 1000));
}

void __init tsc_init(void)
{
	struct reference_clock clock = reference_clock();
	u32 target = (u32)((u64)clock.hz * CALIBRATE_US / 1000000);
	struct sample start, end;
	u32 elapsed = 0;

	apic_write(APIC_LVTT, APIC_LVT_MASKED);
	apic_write(APIC_TMICT, U32_MAX);
	start = take_sample(&clock);
	for (int i = 0; i < CALIBRATE_MAX_ROUNDS && elapsed < target; i++) {
		spin_without_io();
		elapsed = (clock.read() - start.reference) & clock.mask;
	}
	end = take_sample(&clock);
	apic_write(APIC_TMICT, 0);

	elapsed = (end.reference - start.reference) & clock.mask;
	if (elapsed < target || end.tsc <= start.tsc || start.lapic <= end.lapic)
		panic("tsc: calibration against the %s failed", clock.name);
	tsc_khz = to_khz(end.tsc - start.tsc, elapsed, clock.hz);
	tsc_ns_mult = (1000000ULL << 32) / tsc_khz;
	lapic_set_timer_khz(to_khz(start.lapic - end.lapic, elapsed, clock.hz));
	pr_info("tsc: %u.%03u MHz, APIC timer %u.%03u MHz, measured against the %s\n",
		tsc_khz / 1000, tsc_khz % 1000, lapic_timer_khz / 1000, lapic_timer_khz % 1000,
		clock.name);
}

void tsc_delay(u64 ns)
{
	u64 start = rdtsc_ordered();

	while (cycles_2_ns(rdtsc() - start) < ns)
		cpu_relax();
}

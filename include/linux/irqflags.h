/* SPDX-License-Identifier: MIT */
/*
 * Interrupts on this CPU. local_irq_save() remembers whether they were on, local_irq_restore() puts that back: the
 * pair nests and works in any context; _disable() and _enable() are for code that knows they were on.
 */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <asm/irqflags.h>

#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
#include <asm/percpu.h>

DECLARE_PER_CPU(unsigned long, irq_disable_ip); /* who turned interrupts off; only while they are, and not by the CPU */

/* Turn interrupts off for the code at @ip. Return: the flags from before. */
static __always_inline unsigned long __irq_save_at(unsigned long ip)
{
	unsigned long flags = arch_local_save_flags();

	arch_local_irq_disable();
	if (!arch_irqs_disabled_flags(flags))
		this_cpu_write(irq_disable_ip, ip);
	return flags;
}
#define __local_irq_disable(ip) ((void)__irq_save_at(ip))
#define irqs_disabled_at() this_cpu_read(irq_disable_ip)
#else
static __always_inline unsigned long __irq_save(void)
{
	unsigned long flags = arch_local_save_flags();

	arch_local_irq_disable();
	return flags;
}
#define __irq_save_at(ip) __irq_save()
#define __local_irq_disable(ip) arch_local_irq_disable()
#define irqs_disabled_at() 0UL
#endif

#define local_irq_disable() __local_irq_disable(_THIS_IP_)
#define local_irq_enable() arch_local_irq_enable()
#define local_save_flags(flags) ((flags) = arch_local_save_flags())
#define __local_irq_save(flags, ip) ((flags) = __irq_save_at(ip))
#define local_irq_save(flags) __local_irq_save(flags, _THIS_IP_)
#define local_irq_restore(flags)                                                                   \
	do {                                                                                       \
		if (!arch_irqs_disabled_flags(flags))                                              \
			arch_local_irq_enable();                                                   \
	} while (0)
#define raw_local_irq_save(flags) local_irq_save(flags)
#define raw_local_irq_restore(flags) local_irq_restore(flags)
#define irqs_disabled_flags(flags) arch_irqs_disabled_flags(flags)
#define irqs_disabled() arch_irqs_disabled_flags(arch_local_save_flags())

#endif

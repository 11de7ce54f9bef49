/* SPDX-License-Identifier: MIT */
/*
 * Interrupts on this CPU. local_irq_save() remembers whether they were on, local_irq_restore() puts that back: the
 * pair nests and works in any context; _disable() and _enable() are for code that knows they were on.
 */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <asm/irqflags.h>

#define local_irq_disable() arch_local_irq_disable()
#define local_irq_enable() arch_local_irq_enable()
#define local_save_flags(flags) ((flags) = arch_local_save_flags())
#define local_irq_save(flags)                                                                      \
	do {                                                                                       \
		(flags) = arch_local_save_flags();                                                 \
		arch_local_irq_disable();                                                          \
	} while (0)
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

// SPDX-License-Identifier: MIT
/*
 * Non-maskable interrupts: how a CPU that has its interrupts off is made to show its stack, or to stop. The handler may
 * have interrupted anything, a held lock or half an update included, so nothing it calls may take a lock, and all it
 * changes it puts back. See nmi_entry in entry.asm for its stack, and for why it must not be left by an IRET too many.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/hardirq.h>
#include <linux/nmi.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <asm/apic.h>
#include <asm/nmi.h>
#include <asm/smp.h>
#include <asm/traps.h>
#include <catnap/context.h>

static LIST_HEAD(nmi_handlers); /* nmi_lock to change; its readers are NMIs */
static DEFINE_SPINLOCK(nmi_lock);
static DEFINE_PER_CPU(bool, one_may_follow);

int __register_nmi_handler(unsigned int type, struct nmiaction *action)
{
	if (type != NMI_LOCAL || !action->handler)
		return -EINVAL;
	spin_lock(&nmi_lock);
	list_add_tail_rcu(&action->list, &nmi_handlers);
	spin_unlock(&nmi_lock);
	return 0;
}

/* An NMI's preempt_count is not 0, so a grace period waits for it. */
void unregister_nmi_handler(unsigned int type, const char *name)
{
	struct nmiaction *action, *next;

	spin_lock(&nmi_lock);
	list_for_each_entry_safe(action, next, &nmi_handlers, list)
		if (!strcmp(action->name, name))
			list_del_rcu(&action->list);
	spin_unlock(&nmi_lock);
	synchronize_rcu();
}

/* Return: how many knew why. */
static int call_nmi_handlers(struct pt_regs *regs)
{
	struct nmiaction *action;
	int handled = 0;

	list_for_each_entry_rcu(action, &nmi_handlers, list, in_nmi()) {
		struct running_callback cb;

		callback_begin(&cb, "handler", action->handler, NO_LINE);
		handled += action->handler(NMI_LOCAL, regs);
		callback_end(&cb);
	}
	return handled;
}

/*
 * While one NMI is handled another is latched, once (SDM volume 3, section 6.7.1). Who sends one first notes why, so the
 * first of two may find both reasons, and the second none:
 *
 *	CPU 0			CPU 1			CPU 2
 *	note a, send
 *				NMI begins
 *							note b, send: latched
 *				handles a and b
 *				NMI: nothing to do
 */
void do_nmi(struct pt_regs *regs)
{
	int handled;

	nmi_enter();
	this_cpu_inc(irq_stat.nmis);
	handled = nmi_cpu_backtrace(regs) + call_nmi_handlers(regs);
	if (!handled && !this_cpu_read(one_may_follow))
		pr_emerg("NMI for an unknown reason on CPU %d\n", raw_smp_processor_id());
	this_cpu_write(one_may_follow, handled > 1);
	nmi_exit();
}

void nmi_send(int cpu)
{
	apic_send_ipi(cpu_to_apicid[cpu], APIC_DM_NMI | APIC_INT_ASSERT);
}

/* One by one: the "all but self" shorthand would also reach CPUs that were never started and have no IDT. */
void nmi_send_allbutself(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		if (cpu != raw_smp_processor_id())
			nmi_send(cpu);
}

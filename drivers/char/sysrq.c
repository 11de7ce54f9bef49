// SPDX-License-Identifier: MIT
/*
 * SysRq: a table of keys. The handlers run in the interrupt that brought the key, whatever it
 * interrupted, so they only use what works there: printk(), trylocks, NMIs.
 */
#include <linux/console.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/nmi.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/sysrq.h>
#include <linux/thread_info.h>
#include <asm/traps.h>

static void show_help(void);

static void show_cpus(void)
{
	if (!trigger_all_cpu_backtrace())
		pr_info("another CPU is showing all CPUs already\n");
}

static void show_all_tasks(void)
{
	show_state();
}

static void show_blocked_tasks(void)
{
	show_state_filter(TASK_UNINTERRUPTIBLE);
}

static void show_registers(void)
{
	struct pt_regs *regs = get_irq_regs();

	if (regs)
		show_regs(regs);
	else
		dump_stack();
}

static void show_memory(void)
{
	struct sysinfo info;

	si_meminfo(&info);
	pr_info("memory: %lu KiB in all, %lu KiB free\n", info.totalram * info.mem_unit / 1024,
		info.freeram * info.mem_unit / 1024);
}

static void crash(void)
{
	panic("sysrq triggered crash");
}

static void restart(void)
{
	machine_restart(NULL);
}

static void power_off(void)
{
	machine_power_off();
}

static const struct sysrq_key {
	char key;
	const char *action;
	void (*handler)(void);
} keys[] = {
	{ 'b', "reboot", restart },
	{ 'c', "crash", crash },
	{ 'd', "show held locks", debug_show_all_locks },
	{ 'h', "help", show_help },
	{ 'l', "show all CPUs", show_cpus },
	{ 'm', "show memory", show_memory },
	{ 'o', "power off", power_off },
	{ 'p', "show registers", show_registers },
	{ 't', "show all tasks", show_all_tasks },
	{ 'w', "show blocked tasks", show_blocked_tasks },
};

static void show_help(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		pr_info("sysrq: %c  %s\n", keys[i].key, keys[i].action);
}

void handle_sysrq(int key)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].key == key) {
			pr_info("sysrq: %s\n", keys[i].action);
			keys[i].handler();
			return;
		}
	}
	show_help();
}

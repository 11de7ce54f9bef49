// SPDX-License-Identifier: MIT
/* The boot order: from the first line of C to a shell, or to the tests that the command line asks for. */
#include <catnap/shell.h>
#include <linux/acpi.h>
#include <linux/console.h>
#include <linux/hrtimer.h>
#include <linux/hung_task.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/nmi.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <kunit/test.h>
#include <asm/apic.h>
#include <asm/pgtable.h>
#include <asm/setup.h>
#include <asm/traps.h>
#include <asm/tsc.h>

#include "fork.h"

void start_kernel(u32 magic, u64 info_phys) __noreturn;

static char test_glob[64]; /* test=GLOB: suites to run instead of a shell */

static int __init test_setup(char *val)
{
	if (!*val || strscpy(test_glob, val, sizeof(test_glob)) < 0)
		return -EINVAL;
	return 0;
}
early_param("test", test_setup);

enum system_states system_state;

/* Run the suites and leave, with a status that says how it went. */
static void __noreturn run_tests_and_leave(void)
{
	int failed = kunit_run(test_glob);

	if (failed)
		debug_exit(DEBUG_EXIT_TEST_FAILED);
	machine_power_off();
}

/* The first thread: whatever needs a task that can sleep is set up here. */
static int kernel_init(void *unused __maybe_unused)
{
	spawn_ksoftirqd();
	spawn_kstackd();
	workqueue_init();
	reclaim_init(); /* who needs memory may wait for it from here on */
	lockup_detector_init();
	hung_task_init();
	free_initmem();
	if (test_glob[0])
		run_tests_and_leave();
	if (shell_init())
		panic("no memory for the shell");
	return 0;
}

void __init start_kernel(u32 magic, u64 info_phys)
{
	setup_arch(
		magic,
		info_phys); /* memory map, command line, initrd, ACPI root, from the boot loader */
	early_console_init(); /* from here on printk is seen */
	pr_notice("Catnap, a kernel that sleeps and wakes (%s)\n", boot_command_line);
	parse_early_params();
	trap_init(); /* exceptions are reported from here on */

	paging_init();         /* final page tables: W^X, guard pages */
	mm_init();             /* pages, kmalloc */
	acpi_init();           /* which CPUs and interrupt controllers there are */
	setup_per_cpu_areas(); /* a copy of the per-CPU variables for each of them */
	irq_init();
	apic_init();
	ioapic_init();
	tsc_init();
	timekeeping_init();

	sched_init(); /* this is now the idle task of CPU 0 */
	fork_init();
	softirq_init();
	rcu_init();
	workqueue_init_early();
	timers_init();
	hrtimers_init();
	console_init();       /* screen, keyboard and serial port, with their interrupts */
	sched_cpu_starting(); /* the tick of this CPU */
	local_irq_enable();

	smp_init(); /* the other CPUs run, idle */
	if (IS_ERR(kthread_run(kernel_init, NULL, "init")))
		panic("no memory for the first thread");
	system_state = SYSTEM_RUNNING;
	cpu_startup_entry();
}

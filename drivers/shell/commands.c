// SPDX-License-Identifier: MIT
/* Commands about the kernel as a whole: help, messages, interrupts, memory, time, and the way out. */
#include <linux/console.h>
#include <linux/errno.h>
#include <linux/irqdesc.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <kunit/test.h>
#include "shell.h"

/* All on one screen of 80 by 25: commands with arguments, and then those without, two a row. */
static void list_commands(void)
{
	const struct shell_command *command = NULL;
	char synopsis[80];
	int column = 0;

	while ((command = next_command(command, "", 0))) {
		if (!*command->usage)
			continue;
		snprintf(synopsis, sizeof(synopsis), "%s %s", command->name, command->usage);
		shell_printf("%-37s %s\n", synopsis, command->help);
	}
	while ((command = next_command(command, "", 0))) {
		bool right = column % 2;

		if (*command->usage)
			continue;
		shell_printf("%-9s %-*s%s", command->name, right ? 0 : 30, command->help,
			     right ? "\n" : "");
		column++;
	}
	shell_printf("%sCMD; CMD  CMD &  'quoted'  Tab  Up  Ctrl-C  Alt-SysRq-h\n",
		     column % 2 ? "\n" : "");
}

static int help_main(int argc, char **argv)
{
	const struct shell_command *command;

	if (argc > 2)
		return -EINVAL;
	if (argc > 1) {
		command = find_command(argv[1]);
		if (!command)
			return shell_exec(1, argv + 1); /* which complains */
		shell_printf("%s %s\n  %s\n", command->name, command->usage, command->help);
		return 0;
	}
	list_commands();
	return 0;
}
SHELL_COMMAND(help, help_main, "[COMMAND]", "list the commands", SHELL_INLINE);

static int echo_main(int argc, char **argv)
{
	bool newline = true;
	int i = 1;

	if (argc > 1 && !strcmp(argv[1], "-n")) {
		newline = false;
		i++;
	}
	for (; i < argc; i++)
		shell_printf("%s%s", argv[i], i + 1 < argc ? " " : "");
	if (newline)
		shell_printf("\n");
	return 0;
}
SHELL_COMMAND(echo, echo_main, "[-n] [WORD...]", "print words", SHELL_INLINE);

static int show_messages(void)
{
	struct printk_record record;
	char prefix[32];
	u64 seq = 0;

	while (printk_read(&seq, &record)) {
		if (signal_pending(current))
			return -EINTR;
		prefix[0] = '\0';
		if (!record.cont)
			printk_format_prefix(prefix, sizeof(prefix), record.ts_nsec);
		shell_printf("%s%.*s%s", prefix, record.len, record.text,
			     record.newline ? "\n" : "");
	}
	if (printk_lost())
		shell_printf("%lu messages were lost\n", printk_lost());
	return 0;
}

static int dmesg_main(int argc, char **argv)
{
	unsigned int level;

	if (argc == 1)
		return show_messages();
	if (argc != 3 || strcmp(argv[1], "-n") || kstrtouint(argv[2], 0, &level) ||
	    level > CONSOLE_LOGLEVEL_MOTORMOUTH)
		return -EINVAL;
	console_loglevel = level;
	return 0;
}
SHELL_COMMAND(dmesg, dmesg_main, "[-n LEVEL]", "show messages, or set the console's level",
	      SHELL_INLINE);

static int irqs_main(int argc, char **argv)
{
	size_t size = 128 + 12 * nr_cpu_ids;
	char *line = kmalloc(size, GFP_KERNEL);
	unsigned int row;
	int len;

	if (!line)
		return -ENOMEM;
	for (row = 0; (len = show_interrupt_row(row, line, size)) >= 0; row++)
		shell_printf("%.*s", len, line);
	kfree(line);
	return 0;
}
SHELL_COMMAND(irqs, irqs_main, "", "count interrupts", SHELL_INLINE);

static int uptime_main(int argc, char **argv)
{
	u64 ms = ktime_get_ns() / 1000000;
	u64 seconds = ms / 1000;

	shell_printf("up %llu:%02llu:%02llu.%03llu, %u CPU%s\n",
		     (unsigned long long)(seconds / 3600), (unsigned long long)(seconds / 60 % 60),
		     (unsigned long long)(seconds % 60), (unsigned long long)(ms % 1000),
		     num_online_cpus(), num_online_cpus() == 1 ? "" : "s");
	return 0;
}
SHELL_COMMAND(uptime, uptime_main, "", "time since boot", SHELL_INLINE);

static int free_main(int argc, char **argv)
{
	struct sysinfo info;
	unsigned long total, unused, slab, reserve;

	si_meminfo(&info);
	total = info.totalram * info.mem_unit / 1024;
	unused = info.freeram * info.mem_unit / 1024;
	slab = info.slabram * info.mem_unit / 1024;
	reserve = info.reserveram * info.mem_unit / 1024;
	shell_printf("KiB %10s %10s %10s %10s %10s\n    %10lu %10lu %10lu %10lu %10lu\n", "total",
		     "used", "free", "in slabs", "reserve", total, total - unused, unused, slab,
		     reserve);
	return 0;
}
SHELL_COMMAND(free, free_main, "", "memory in use", SHELL_INLINE);

static int test_main(int argc, char **argv)
{
	int failed;

	if (argc > 2)
		return -EINVAL;
	failed = kunit_run(argc > 1 ? argv[1] : "*");
	if (signal_pending(current))
		return -EINTR;
	return failed ? STATUS_FAILED : 0;
}
SHELL_COMMAND(test, test_main, "[GLOB]", "run the in-kernel test suites", SHELL_TASK);

static int poweroff_main(int argc, char **argv)
{
	machine_power_off();
}
SHELL_COMMAND(poweroff, poweroff_main, "", "switch the machine off", SHELL_INLINE);

static int reboot_main(int argc, char **argv)
{
	machine_restart(NULL);
}
SHELL_COMMAND(reboot, reboot_main, "", "start the machine again", SHELL_INLINE);

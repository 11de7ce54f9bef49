// SPDX-License-Identifier: MIT
/*
 * The kernel command line: words separated by spaces, "name" or "name=value", double quotes around a value with spaces
 * in it. Each word goes to the handler that early_param() registered for its name.
 */
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "params.h"

extern const struct obs_kernel_param __setup_start[], __setup_end[];

char *next_param(char **args, char **val)
{
	char *in = skip_spaces(*args), *name = in, *out = in;
	bool quoted = false;

	if (!*in)
		return NULL;
	*val = NULL;
	for (; *in && (quoted || !isspace(*in)); in++) {
		if (*in == '\\' && in[1] && strchr("\"'\\", in[1])) {
			*out++ = *++in; /* GRUB puts one before every quote that it hands on */
		} else if (*in == '"') {
			quoted = !quoted;
		} else if (*in == '=' && !*val) {
			*out++ = '\0';
			*val = out;
		} else {
			*out++ = *in;
		}
	}
	*args = *in ? in + 1 : in;
	*out = '\0';
	if (!*val)
		*val = out;
	if (quoted)
		pr_warn("command line: no closing quote in \"%s\"\n", name);
	return name;
}

void parse_param(const char *name, char *val)
{
	const struct obs_kernel_param *p;
	int err;

	for (p = __setup_start; p < __setup_end; p++) {
		if (strcmp(p->str, name))
			continue;
		err = p->setup_func(val);
		if (err)
			pr_warn("command line: malformed value \"%s\" for %s, the default stays\n",
				val, name);
		return;
	}
	if (*val)
		pr_notice("command line: unknown word %s=%s, ignored\n", name, val);
	else
		pr_notice("command line: unknown word %s, ignored\n", name);
}

void __init parse_early_params(void)
{
	static char line[COMMAND_LINE_SIZE] __initdata;
	char *args = line, *name, *val;

	strscpy(line, boot_command_line, sizeof(line));
	while ((name = next_param(&args, &val)))
		parse_param(name, val);
}

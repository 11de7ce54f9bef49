// SPDX-License-Identifier: MIT
/*
 * printk: a ring of records that any context may write to, and the consoles that print it.
 *
 * The ring. Record number seq lies in slot seq % RING_SLOTS, on lap seq / RING_SLOTS. A slot's
 * state counts up: 2 * lap "free for this lap", + 1 "being written", + 2 "written", which is also
 * "free for the next lap". A writer takes the slot with one cmpxchg of its state, then moves
 * ring_head on; who finds the slot taken and ring_head not yet moved (its writer was interrupted
 * between the two) moves it instead. So nobody waits for anybody, an NMI included. Only a writer
 * that was interrupted for a whole lap makes a message get lost, and that is counted.
 *
 * The consoles. console_owner says which CPU prints. printk() stores first, then tries to become
 * owner; the owner lets go first, then looks for records stored meanwhile:
 *
 *	CPU 0: printk()				CPU 1: console_unlock()
 *	  store the record			  console_owner = nobody
 *	  [A] full barrier (cmpxchg)		  [B] full barrier
 *	  try to own the consoles		  look for an unprinted record
 *
 * With both barriers at least one of the two sees the other, and the record is printed.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/console.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/string.h>

#define RING_SLOTS     1024
#define NOBODY         (-1)
#define OWNER_PATIENCE 1000000 /* spins granted to an owner before its consoles are seized */

struct ring_slot {
	u64 state;
	struct printk_record record;
};

static struct ring_slot ring[RING_SLOTS];
static u64 ring_head; /* number of the next record */
static atomic_long_t lost_messages;

static struct console *consoles; /* appended to by the console owner, never removed from */
static bool line_broken;         /* a message came while a task's line was open */
static atomic_t console_owner = ATOMIC_INIT(NOBODY);
static atomic_t seizing_cpu = ATOMIC_INIT(NOBODY); /* between bust_spinlocks(1) and (0) */
static int seizing_depth;                          /* that CPU's own */
static bool seized_printing; /* that CPU's own: is it inside a console driver? */

int console_loglevel = CONSOLE_LOGLEVEL_DEFAULT;

static int __init loglevel_setup(char *val)
{
	unsigned int level;

	if (kstrtouint(val, 0, &level) || level > CONSOLE_LOGLEVEL_MOTORMOUTH)
		return -EINVAL;
	console_loglevel = level;
	return 0;
}
early_param("loglevel", loglevel_setup);

static int __init quiet_setup(char *val)
{
	if (val && *val)
		return -EINVAL;
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	return 0;
}
early_param("quiet", quiet_setup);

static u64 free_state(u64 seq)
{
	return 2 * (seq / RING_SLOTS);
}

/* Takes the next slot, or returns NULL when a writer a whole lap behind still writes to it. */
static struct ring_slot *ring_reserve(void)
{
	for (;;) {
		u64 seq = READ_ONCE(ring_head);
		struct ring_slot *slot = &ring[seq % RING_SLOTS];
		u64 state = READ_ONCE(slot->state);

		if (state + 1 == free_state(seq))
			return NULL;
		if (state == free_state(seq) && cmpxchg(&slot->state, state, state + 1) == state) {
			cmpxchg(&ring_head, seq, seq + 1);
			return slot;
		}
		cmpxchg(&ring_head, seq, seq + 1);
	}
}

static void ring_commit(struct ring_slot *slot)
{
	/* Pairs with the smp_load_acquire() of printk_read(): state last, contents before. */
	smp_store_release(&slot->state, slot->state + 1);
}

bool printk_read(u64 *seq, struct printk_record *record)
{
	for (;;) {
		u64 head = READ_ONCE(ring_head);
		struct ring_slot *slot = &ring[*seq % RING_SLOTS];
		u64 written = free_state(*seq) + 2;
		u64 state = smp_load_acquire(&slot->state);

		if (state < written)
			return false;
		if (state == written) {
			*record = slot->record;
			smp_rmb(); /* the copy before the second look: who writes anew marks first */
			if (READ_ONCE(slot->state) == written) {
				(*seq)++;
				return true;
			}
			head = READ_ONCE(ring_head);
		}
		/* Overwritten: go on with the oldest record that is left. */
		*seq = max(*seq + 1, head > RING_SLOTS ? head - RING_SLOTS : 0);
	}
}

unsigned long printk_lost(void)
{
	return atomic_long_read(&lost_messages);
}

static void store_record(int level, bool cont, bool newline, const char *text, size_t len)
{
	struct ring_slot *slot = ring_reserve();

	if (!slot) {
		atomic_long_inc(&lost_messages);
		return;
	}
	slot->record.ts_nsec = sched_clock();
	slot->record.level = level;
	slot->record.cont = cont;
	slot->record.newline = newline;
	slot->record.len = len;
	memcpy(slot->record.text, text, len);
	ring_commit(slot);
}

/* One record for each line, several for a line that is longer than a record. */
static void store_message(int level, bool cont, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		size_t room = min_t(size_t, end - text, PRINTK_TEXT_MAX);
		const char *eol = memchr(text, '\n', min_t(size_t, end - text, room + 1));
		size_t part = eol ? (size_t)(eol - text) : room;

		store_record(level, cont, eol, text, part);
		text += part + (eol ? 1 : 0);
		cont = !eol;
	}
}

int printk_format_prefix(char *buf, size_t size, u64 ts_nsec)
{
	return scnprintf(buf, size, "[%5llu.%06llu] ", (unsigned long long)(ts_nsec / 1000000000),
			 (unsigned long long)(ts_nsec / 1000 % 1000000));
}

static void write_to(struct console *con, const char *s, size_t n)
{
	if (!n)
		return;
	con->write(con, s, n);
	con->open_line = s[n - 1] != '\n';
}

static void print_record(struct console *con, const struct printk_record *record)
{
	char line[PRINTK_TEXT_MAX + 48];
	bool go_on = record->cont && con->open_record;
	size_t len = 0;

	if (record->level >= console_loglevel || (record->cont && con->hidden_record)) {
		con->hidden_record = !record->newline;
		return;
	}
	con->hidden_record = false;
	if (con->open_line && !go_on) {
		line[len++] = '\n';
		if (!con->open_record)
			WRITE_ONCE(line_broken, true);
	}
	if (!go_on)
		len += printk_format_prefix(line + len, sizeof(line) - len, record->ts_nsec);
	memcpy(line + len, record->text, record->len);
	len += record->len;
	if (record->newline)
		line[len++] = '\n';
	write_to(con, line, len);
	con->open_record = !record->newline;
}

static bool unprinted_records(void)
{
	struct console *con = READ_ONCE(consoles);
	u64 seq;

	if (!con)
		return false;
	seq = READ_ONCE(con->seq);
	return smp_load_acquire(&ring[seq % RING_SLOTS].state) >= free_state(seq) + 2;
}

static void print_dropped(struct console *con, u64 dropped)
{
	char line[64];
	int len = scnprintf(line, sizeof(line), "%s** %llu messages dropped **\n",
			    con->open_line ? "\n" : "", (unsigned long long)dropped);

	write_to(con, line, len);
	con->open_record = false;
}

static void print_records(void)
{
	struct printk_record record;
	struct console *con;
	u64 expected;

	for (con = consoles; con; con = con->next) {
		for (expected = con->seq; printk_read(&con->seq, &record); expected = con->seq) {
			if (con->seq != expected + 1)
				print_dropped(con, con->seq - expected - 1);
			print_record(con, &record);
		}
	}
}

bool console_trylock(void)
{
	preempt_disable();
	if (atomic_cmpxchg(&console_owner, NOBODY, smp_processor_id()) == NOBODY) { /* [A] */
		/* The same exchange with bust_spinlocks(): it sees the owner, or we see it. */
		if (atomic_read(&seizing_cpu) == NOBODY)
			return true;
		atomic_set_release(&console_owner, NOBODY);
	}
	preempt_enable();
	return false;
}

void console_lock(void)
{
	WARN_ON_ONCE(!in_task());
	while (!console_trylock())
		cpu_relax();
}

void console_unlock(void)
{
	print_records();
	atomic_set_release(&console_owner, NOBODY);
	smp_mb(); /* [B] */
	while (unprinted_records() &&
	       atomic_cmpxchg(&console_owner, NOBODY, smp_processor_id()) == NOBODY) {
		print_records();
		atomic_set_release(&console_owner, NOBODY);
		smp_mb(); /* [B] */
	}
	preempt_enable();
}

void console_write(const char *s, size_t n)
{
	struct console *con;

	for (con = consoles; con; con = con->next) {
		write_to(con, s, n);
		con->open_record = false;
	}
}

bool console_line_broken(void)
{
	return READ_ONCE(line_broken) && xchg(&line_broken, false);
}

void register_console(struct console *con)
{
	struct console **last = &consoles;

	console_lock();
	while (*last)
		last = &(*last)->next;
	WRITE_ONCE(*last, con);
	console_unlock();
}

/* On the CPU that reports a fatal error nothing keeps a message from the consoles. */
static void print_seized(void)
{
	if (seized_printing)
		return;
	seized_printing = true;
	print_records();
	seized_printing = false;
}

void bust_spinlocks(int yes)
{
	int cpu = raw_smp_processor_id();
	int patience = OWNER_PATIENCE;
	int owner;

	if (!yes) {
		if (atomic_read(&seizing_cpu) != cpu || --seizing_depth)
			return;
		atomic_set_release(&seizing_cpu, NOBODY);
		if (console_trylock())
			console_unlock(); /* what other CPUs stored meanwhile */
		return;
	}
	if (atomic_read(&seizing_cpu) != cpu && atomic_cmpxchg(&seizing_cpu, NOBODY, cpu) != NOBODY)
		return;
	if (seizing_depth++)
		return;
	for (;;) {
		owner = atomic_read(&console_owner);
		if (owner == NOBODY || owner == cpu || !patience--)
			return;
		cpu_relax();
	}
}

void console_verbose(void)
{
	console_loglevel = CONSOLE_LOGLEVEL_MOTORMOUTH;
}

void console_flush_on_panic(void)
{
	seized_printing = false; /* even after an error inside a console driver */
	print_seized();
}

static int message_level(const char **text, size_t *len, bool *cont)
{
	int level = MESSAGE_LOGLEVEL_DEFAULT;

	while (*len >= 2 && (*text)[0] == KERN_SOH_ASCII) {
		if ((*text)[1] == 'c')
			*cont = true;
		else if ((*text)[1] >= '0' && (*text)[1] <= '7')
			level = (*text)[1] - '0';
		*text += 2;
		*len -= 2;
	}
	return level;
}

int vprintk(const char *fmt, va_list args)
{
	char buf[PRINTK_MESSAGE_MAX];
	const char *text = buf;
	bool cont = false;
	size_t len = vscnprintf(buf, sizeof(buf), fmt, args);
	int level = message_level(&text, &len, &cont);

	preempt_disable(); /* or whoever preempts us may find the ring blocked by our half a record */
	store_message(level, cont, text, len);
	preempt_enable();
	if (atomic_read(&seizing_cpu) == raw_smp_processor_id())
		print_seized();
	else if (console_trylock())
		console_unlock();
	return len;
}

int _printk(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vprintk(fmt, args);
	va_end(args);
	return len;
}

bool __printk_ratelimit(struct printk_ratelimit *limit)
{
	u64 now = sched_clock();

	if (!limit->printed || now - READ_ONCE(limit->begin_nsec) > 5000000000ull) {
		WRITE_ONCE(limit->begin_nsec, now);
		WRITE_ONCE(limit->printed, 0);
	}
	if (READ_ONCE(limit->printed) >= 10)
		return false;
	WRITE_ONCE(limit->printed, limit->printed + 1);
	return true;
}

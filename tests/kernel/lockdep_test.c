// SPDX-License-Identifier: MIT
/*
 * Lockdep: what it must find, and what it must not.
 *
 * Most cases are programs in a small language, one string an event: what one CPU does in one go.
 * The events of a program are run in every order. A capital letter takes a lock of that class, the
 * small one gives it back; further signs change the context:
 *
 *	<  >	a hard interrupt begins, ends		{  }	the same for a softirq
 *	-  +	local_irq_disable(), _enable()		~  ^	local_bh_disable(), _enable()
 *
 * How each lock is taken, as what type, by a reader or a writer, is not in the program: a case runs
 * it for all combinations, and asks an oracle for each whether there is a deadlock. The oracle knows
 * nothing of graphs: two ways to take a lock conflict, unless it is held by a reader and the other
 * is a reader who may come again; a deadlock is a circle of waits that all conflict.
 *
 * All runs are in a sandbox, with classes of their own, which are forgotten after each.
 */
#include "threads.h"

#include <linux/bottom_half.h>
#include <linux/bug.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include "../../kernel/debug/report.h"
#include "../../kernel/locking/lockdep_internals.h"
#include "helpers.h"

#ifdef CONFIG_DEBUG_LOCK_ALLOC

#define NR_LETTERS 4
#define MAX_EVENTS 4
#define MAX_TAKES  12 /* of locks, in a program */

/* ---- the locks ---- */

enum type { SPIN, RW, MUTEX, SEM, RTMUTEX, MAP };
enum mode { WRITER, READER, AGAIN }; /* as held_lock.read */

struct test_lock {
	union {
		spinlock_t spin;
		rwlock_t rw;
		struct mutex mutex;
		struct rw_semaphore sem;
		struct rt_mutex rt;
		struct lockdep_map map;
	};
};

static struct test_lock locks[NR_LETTERS][2]; /* of each class two */
static enum type types[NR_LETTERS];
static struct lock_class_key keys[NR_LETTERS];
static const char *const names[NR_LETTERS] = { "A", "B", "C", "D" };
static unsigned int nr_letters = 3; /* that are used */
static struct lockdep_sandbox sandbox;
static unsigned int nr_deadlocks, nr_silent; /* programs, as the oracle sees them */

static struct lockdep_map *map_of(unsigned int letter, int i)
{
	struct test_lock *lock = &locks[letter][i];

	switch (types[letter]) {
	case SPIN:
		return &lock->spin.dep_map;
	case RW:
		return &lock->rw.dep_map;
	case MUTEX:
		return &lock->mutex.dep_map;
	case SEM:
		return &lock->sem.dep_map;
	case RTMUTEX:
		return &lock->rt.dep_map;
	default:
		return &lock->map;
	}
}

static void init_lock(unsigned int letter, int i)
{
	struct test_lock *lock = &locks[letter][i];
	struct lock_class_key *key = &keys[letter];

	switch (types[letter]) {
	case SPIN:
		__raw_spin_lock_init(&lock->spin.rlock, names[letter], key);
		break;
	case RW:
		__rwlock_init(&lock->rw, names[letter], key);
		break;
	case MUTEX:
		__mutex_init(&lock->mutex, names[letter], key);
		break;
	case SEM:
		__init_rwsem(&lock->sem, names[letter], key);
		break;
	case RTMUTEX:
		__rt_mutex_init(&lock->rt, names[letter], key);
		break;
	default:
		lockdep_init_map(&lock->map, names[letter], key, 0);
	}
}

static void take(unsigned int letter, int i, enum mode mode)
{
	struct test_lock *lock = &locks[letter][i];

	switch (types[letter]) {
	case SPIN:
		spin_lock(&lock->spin);
		break;
	case RW:
		if (mode == WRITER)
			write_lock(&lock->rw);
		else
			read_lock(&lock->rw);
		break;
	case MUTEX:
		mutex_lock(&lock->mutex);
		break;
	case SEM:
		if (mode == WRITER)
			down_write(&lock->sem);
		else
			down_read(&lock->sem);
		break;
	case RTMUTEX:
		rt_mutex_lock(&lock->rt);
		break;
	default:
		lock_acquire(&lock->map, 0, 0, mode, _THIS_IP_);
	}
}

static void give_back(unsigned int letter, int i, enum mode mode)
{
	struct test_lock *lock = &locks[letter][i];

	switch (types[letter]) {
	case SPIN:
		spin_unlock(&lock->spin);
		break;
	case RW:
		if (mode == WRITER)
			write_unlock(&lock->rw);
		else
			read_unlock(&lock->rw);
		break;
	case MUTEX:
		mutex_unlock(&lock->mutex);
		break;
	case SEM:
		if (mode == WRITER)
			up_write(&lock->sem);
		else
			up_read(&lock->sem);
		break;
	case RTMUTEX:
		rt_mutex_unlock(&lock->rt);
		break;
	default:
		lock_release(&lock->map, _THIS_IP_);
	}
}

/* All locks are new, and lockdep has never heard of them. */
static void open_sandbox(void)
{
	unsigned int letter;

	for (letter = 0; letter < nr_letters; letter++) {
		init_lock(letter, 0);
		init_lock(letter, 1);
		lockdep_reset_lock(map_of(letter, 0));
	}
	lockdep_set_sandbox(&sandbox);
}

/* Return: what has been reported. */
static enum lockdep_kind close_sandbox(void)
{
	lockdep_set_sandbox(NULL);
	return sandbox.report.kind;
}

static void set_types(enum type type)
{
	unsigned int letter;

	for (letter = 0; letter < NR_LETTERS; letter++)
		types[letter] = type;
}

/* ---- running programs ---- */

struct program {
	const char *events[MAX_EVENTS];
};

/* How a lock is taken, somewhere in a program, as the oracle sees it. */
struct taken {
	u8 event;
	u8 letter;
	char in_irq; /* 'h', 's' or 0 */
	u8 irqs_off; /* BIT(0): hard interrupts, BIT(1): softirqs */
	enum mode mode;
	u16 held_before; /* set of takes, by number, that are held then */
};

struct run {
	struct kunit *test;
	const struct program *program;
	enum mode modes[MAX_TAKES]; /* of each capital letter in turn */
	struct taken takes[MAX_TAKES];
	unsigned int nr_takes;
};

static void change_context(char sign)
{
	switch (sign) {
	case '<':
		local_irq_disable();
		preempt_count_add(HARDIRQ_OFFSET);
		break;
	case '>':
		preempt_count_sub(HARDIRQ_OFFSET);
		local_irq_enable();
		break;
	case '{':
		preempt_count_add(SOFTIRQ_OFFSET);
		break;
	case '}':
		preempt_count_sub(SOFTIRQ_OFFSET);
		break;
	case '-':
		local_irq_disable();
		break;
	case '+':
		local_irq_enable();
		break;
	case '~':
		local_bh_disable();
		break;
	case '^':
		local_bh_enable();
		break;
	default:
		WARN(1, "bad sign %c in a program\n", sign);
	}
}

/* Which take of the program is the first of an event. */
static unsigned int first_take(const struct program *program, unsigned int event)
{
	unsigned int n = 0, i;
	const char *p;

	for (i = 0; i < event; i++)
		for (p = program->events[i]; *p; p++)
			n += *p >= 'A' && *p <= 'Z';
	return n;
}

static void run_event(const struct run *run, unsigned int event)
{
	unsigned int take_nr = first_take(run->program, event);
	enum mode held[NR_LETTERS][2];
	u8 depth[NR_LETTERS] = {};
	const char *p;

	for (p = run->program->events[event]; *p; p++) {
		unsigned int letter = (*p | 0x20) - 'a';

		if (*p >= 'A' && *p <= 'Z') {
			held[letter][depth[letter]] = run->modes[take_nr];
			take(letter, depth[letter]++, run->modes[take_nr++]);
		} else if (*p >= 'a' && *p <= 'z' && letter < NR_LETTERS) {
			depth[letter]--;
			give_back(letter, depth[letter], held[letter][depth[letter]]);
		} else {
			change_context(*p);
		}
	}
}

static unsigned int nr_events(const struct program *program)
{
	unsigned int n = 0;

	while (n < MAX_EVENTS && program->events[n])
		n++;
	return n;
}

/* ---- the oracle ---- */

static bool conflict(enum mode held, enum mode waits)
{
	return !(held != WRITER && waits == AGAIN);
}

/* Which of the takes so far a small letter ends: the last of that letter. */
static unsigned int take_given_back(const struct run *run, unsigned int letter, u16 held)
{
	unsigned int i, found = 0;

	for (i = 0; i < run->nr_takes; i++)
		if (run->takes[i].letter == letter && (held & BIT(i)))
			found = i;
	return found;
}

static void note_events_takes(struct run *run, unsigned int event)
{
	u8 held = 0, outside = 0,
	   irqs_off = 0; /* outside: held by what the interrupt interrupted */
	const char *p;
	char in_irq = 0;
	unsigned int i;

	for (p = run->program->events[event]; *p; p++) {
		if (*p == '<' || *p == '{') {
			in_irq = *p == '<' ? 'h' : 's';
			swap(held, outside);
		} else if (*p == '>' || *p == '}') {
			in_irq = 0;
			swap(held, outside);
		} else if (*p == '-' || *p == '~') {
			irqs_off = *p == '-' ? 3 : 2;
		} else if (*p == '+' || *p == '^') {
			irqs_off = 0;
		} else if (*p >= 'a') {
			held &= ~BIT(take_given_back(run, *p - 'a', held));
		} else {
			enum mode mode = run->modes[run->nr_takes];

			/* an rwlock's reader may come again in interrupts, or with softirqs off, only */
			if (mode == READER && (in_irq || (irqs_off == 2 && types[*p - 'A'] == RW)))
				mode = AGAIN;
			run->takes[run->nr_takes] =
				(struct taken){ event, *p - 'A', in_irq, irqs_off, mode, held };
			held |= BIT(run->nr_takes++);
		}
		/* what is held while interrupts come on is held open to them */
		for (i = 0; i < run->nr_takes; i++)
			if (held & BIT(i))
				run->takes[i].irqs_off &= irqs_off;
	}
}

/* What the program takes, how and where. */
static void note_takes(struct run *run)
{
	unsigned int event;

	run->nr_takes = 0;
	for (event = 0; event < nr_events(run->program); event++)
		note_events_takes(run, event);
}

/*
 * Can the one who waits, as @waiter says, be kept waiting by somebody who, in turn, waits ... for
 * what @end says is held? @used: takes already in the circle.
 */
static bool reaches(const struct run *run, const struct taken *waiter, const struct taken *end,
		    u16 used)
{
	unsigned int held, next;

	if (waiter->letter == end->letter && conflict(end->mode, waiter->mode))
		return true;
	for (held = 0; held < run->nr_takes; held++) {
		const struct taken *h = &run->takes[held];

		if ((used & BIT(held)) || h->letter != waiter->letter ||
		    !conflict(h->mode, waiter->mode))
			continue;
		for (next = 0; next < run->nr_takes; next++)
			if ((run->takes[next].held_before & BIT(held)) &&
			    reaches(run, &run->takes[next], end, used | BIT(held)))
				return true;
	}
	return false;
}

/* Somebody holds one lock and waits for another: does that lead back to the one held? */
static bool has_cycle(const struct run *run)
{
	unsigned int held, next;

	for (next = 0; next < run->nr_takes; next++)
		for (held = 0; held < run->nr_takes; held++)
			if ((run->takes[next].held_before & BIT(held)) &&
			    reaches(run, &run->takes[next], &run->takes[held], 0))
				return true;
	return false;
}

/* Can what @in was taken in come where @open is held? */
static bool can_interrupt(const struct taken *in, const struct taken *open)
{
	if (in->in_irq == 'h')
		return open->in_irq != 'h' && !(open->irqs_off & 1);
	return in->in_irq == 's' && !open->in_irq && !(open->irqs_off & 2);
}

/* An interrupt waits: does that lead to a lock that is held where such an interrupt can come? */
static bool has_irq_deadlock(const struct run *run)
{
	unsigned int in, open;

	for (in = 0; in < run->nr_takes; in++)
		for (open = 0; open < run->nr_takes; open++)
			if (can_interrupt(&run->takes[in], &run->takes[open]) &&
			    reaches(run, &run->takes[in], &run->takes[open], 0))
				return true;
	return false;
}

/* ---- all orders, all modes ---- */

static void describe(const struct run *run, const u8 *order, char *buf, size_t size)
{
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < nr_events(run->program); i++)
		len += scnprintf(buf + len, size - len, "%s%s", i ? "; " : "",
				 run->program->events[order[i]]);
	len += scnprintf(buf + len, size - len, ", types ");
	for (i = 0; i < 3; i++)
		len += scnprintf(buf + len, size - len, "%d", types[i]);
	len += scnprintf(buf + len, size - len, ", modes ");
	for (i = 0; i < run->nr_takes; i++)
		len += scnprintf(buf + len, size - len, "%d", run->modes[i]);
}

static bool is_irq_kind(enum lockdep_kind kind)
{
	return kind == LOCKDEP_INCONSISTENT || kind == LOCKDEP_IRQ_ORDER ||
	       kind == LOCKDEP_IRQ_INVERSION;
}

static bool is_cycle_kind(enum lockdep_kind kind)
{
	return kind == LOCKDEP_CIRCULAR || kind == LOCKDEP_RECURSIVE;
}

static void run_in_order(const struct run *run, const u8 *order, bool cycle, bool irq)
{
	enum lockdep_kind kind;
	char text[128];
	unsigned int i;

	open_sandbox();
	for (i = 0; i < nr_events(run->program); i++)
		run_event(run, order[i]);
	kind = close_sandbox();
	if ((cycle && is_cycle_kind(kind)) || (irq && is_irq_kind(kind)) ||
	    (!cycle && !irq && kind == LOCKDEP_NONE))
		return;
	describe(run, order, text, sizeof(text));
	KUNIT_FAIL(run->test, "%s: lockdep says %d, the oracle %s%s%s\n", text, kind,
		   cycle ? "cycle " : "", irq ? "interrupt" : "", cycle || irq ? "" : "nothing");
}

/* Heap's: each order differs from the last by one exchange. Return: how many. */
static int run_in_all_orders(const struct run *run, u8 *order, unsigned int n, bool cycle, bool irq)
{
	unsigned int i;
	int runs = 0;

	if (n <= 1) {
		run_in_order(run, order, cycle, irq);
		return 1;
	}
	for (i = 0; i < n; i++) {
		runs += run_in_all_orders(run, order, n - 1, cycle, irq);
		swap(order[n % 2 ? 0 : i], order[n - 1]);
	}
	return runs;
}

static unsigned int modes_of(enum type type)
{
	return type == MAP ? 3 : type == RW || type == SEM ? 2 : 1;
}

/* @nr: the number of a combination of modes. Return: is there one of that number? */
static bool choose_modes(struct run *run, unsigned int nr)
{
	unsigned int event, i = 0;
	const char *p;

	for (event = 0; event < nr_events(run->program); event++)
		for (p = run->program->events[event]; *p; p++) {
			unsigned int n;

			if (*p < 'A' || *p > 'Z')
				continue;
			n = modes_of(types[*p - 'A']);
			run->modes[i++] = nr % n;
			nr /= n;
		}
	return !nr;
}

static unsigned int letters_in(const struct program *program)
{
	unsigned int event, n = 0;
	const char *p;

	for (event = 0; event < nr_events(program); event++)
		for (p = program->events[event]; *p; p++)
			if (*p >= 'A' && *p <= 'Z')
				n = max_t(unsigned int, n, *p - 'A' + 1);
	return n;
}

/* Run @program for all modes that its locks' types have. @all_orders: and in all orders of its events. */
static void try_all_modes(struct kunit *test, const struct program *program, bool all_orders)
{
	struct run run = { .test = test, .program = program };
	unsigned int nr;

	nr_letters = letters_in(program);
	for (nr = 0; choose_modes(&run, nr) && test->status != KUNIT_FAILURE; nr++) {
		u8 order[MAX_EVENTS] = { 0, 1, 2, 3 };
		bool cycle, irq;

		note_takes(&run);
		cycle = has_cycle(&run);
		irq = has_irq_deadlock(&run);
		if (cycle || irq)
			nr_deadlocks++;
		else
			nr_silent++;
		if (all_orders)
			run_in_all_orders(&run, order, nr_events(program), cycle, irq);
		else
			run_in_order(&run, order, cycle, irq);
	}
	nr_letters = 3;
}

/* The same for one choice of modes, a digit each. */
static void try_modes(struct kunit *test, const struct program *program, const char *modes)
{
	struct run run = { .test = test, .program = program };
	u8 order[MAX_EVENTS] = { 0, 1, 2, 3 };
	unsigned int i;

	for (i = 0; modes[i]; i++)
		run.modes[i] = modes[i] - '0';
	nr_letters = letters_in(program);
	note_takes(&run);
	run_in_order(&run, order, has_cycle(&run), has_irq_deadlock(&run));
	run_in_all_orders(&run, order, nr_events(program), has_cycle(&run), has_irq_deadlock(&run));
	nr_letters = 3;
}

/* ---- cycles ---- */

static const enum type all_types[] = { SPIN, RW, MUTEX, SEM, RTMUTEX, MAP };

static void try_all_types(struct kunit *test, const struct program *program)
{
	for (int i = 0; i < ARRAY_SIZE(all_types); i++) {
		set_types(all_types[i]);
		try_all_modes(test, program, all_types[i] != MAP);
	}
}

/* AA: of the readers only those may come again that wait for nobody but writers. */
static void a_second_lock_of_a_class_held_is_found(struct kunit *test)
{
	try_all_types(test, &(struct program){ { "AAaa" } });
	try_all_types(test, &(struct program){ { "ABAaba" } });
}

static void two_locks_in_both_orders_are_found(struct kunit *test)
{
	try_all_types(test, &(struct program){ { "ABba", "BAab" } });
}

/* Spinning locks of different types with each other, and sleeping ones. */
static void locks_of_different_types_make_a_cycle_too(struct kunit *test)
{
	for (int i = 0; i < 4 * 6; i++) {
		static const enum type spins[] = { SPIN, RW },
				       sleeps[] = { MUTEX, SEM, RTMUTEX, MAP };

		set_types(MAP);
		types[0] = i < 4 ? spins[i % 2] : sleeps[(i - 4) % 4];
		types[1] = i < 4 ? spins[i / 2] : sleeps[(i - 4) / 4 % 4];
		try_all_modes(test, &(struct program){ { "ABba", "BAab" } }, true);
	}
}

static void a_cycle_of_three_is_found(struct kunit *test)
{
	try_all_types(test, &(struct program){ { "ABba", "BCcb", "CAac" } });
}

static void a_cycle_is_found_whatever_closes_it(struct kunit *test)
{
	try_all_types(test, &(struct program){ { "ABba", "CAac", "BCcb" } });
	try_all_types(test, &(struct program){ { "ABCcba", "CAac" } });
	try_all_types(test, &(struct program){ { "ABCcba", "CBbc" } });
}

static void a_cycle_of_four_is_found(struct kunit *test)
{
	static const enum type few[] = { SPIN, MUTEX, RTMUTEX };

	for (int i = 0; i < ARRAY_SIZE(few); i++) {
		set_types(few[i]);
		try_all_modes(test, &(struct program){ { "ABba", "BCcb", "CDdc", "DAad" } }, true);
	}
	set_types(SEM);
	try_all_modes(test, &(struct program){ { "ABba", "CDdc", "BDdb", "DAad" } }, false);
	set_types(RW);
	try_all_modes(test, &(struct program){ { "ABba", "CDdc", "BCcb", "DAad" } }, false);
}

/* Given back in whatever order: what is still held counts. */
static void the_order_of_giving_back_does_not_matter(struct kunit *test)
{
	try_all_types(test, &(struct program){ { "ABab", "BAba" } });
	try_all_types(test, &(struct program){ { "ABaCbc", "CBcb" } });
}

static void one_order_everywhere_is_silent(struct kunit *test)
{
	try_all_types(test, &(struct program){ { "ABba", "BCcb", "ACca" } });
	try_all_types(test, &(struct program){ { "ABCcba", "BCcb" } });
	try_all_types(test, &(struct program){ { "AaBb", "BbAa" } });
}

/* ---- interrupts ---- */

static void try_spinning_types(struct kunit *test, const struct program *program)
{
	static const enum type spins[] = { SPIN, RW };

	for (int i = 0; i < 4; i++) {
		set_types(SPIN);
		types[0] = spins[i % 2];
		types[1] = spins[i / 2];
		try_all_modes(test, program, true);
	}
}

static void a_lock_of_an_interrupt_taken_with_interrupts_on_is_found(struct kunit *test)
{
	try_spinning_types(test, &(struct program){ { "<Aa>", "Aa" } });
	try_spinning_types(test, &(struct program){ { "<Aa>", "~Aa^" } });
	try_spinning_types(test, &(struct program){ { "<Aa>", "{Aa}" } });
	try_spinning_types(test, &(struct program){ { "{Aa}", "Aa" } });
}

static void the_same_with_interrupts_off_is_silent(struct kunit *test)
{
	try_spinning_types(test, &(struct program){ { "<Aa>", "-Aa+" } });
	try_spinning_types(test, &(struct program){ { "{Aa}", "-Aa+" } });
	try_spinning_types(test, &(struct program){ { "{Aa}", "~Aa^" } });
}

static void interrupts_that_come_on_while_it_is_held_are_found(struct kunit *test)
{
	try_spinning_types(test, &(struct program){ { "<Aa>", "-A+a" } });
	try_spinning_types(test, &(struct program){ { "{Aa}", "-A+a" } });
	try_spinning_types(test, &(struct program){ { "{Aa}", "~A^a" } });
	try_spinning_types(test, &(struct program){ { "<Aa>", "-AB+ba" } });
}

static void a_safe_lock_around_an_unsafe_one_is_found(struct kunit *test)
{
	try_spinning_types(test, &(struct program){ { "<Aa>", "-ABba+", "Bb" } });
	try_spinning_types(test, &(struct program){ { "{Aa}", "-ABba+", "Bb" } });
	try_spinning_types(test, &(struct program){ { "{Aa}", "~ABba^", "Bb" } });
}

static void a_safe_lock_around_a_safe_one_is_silent(struct kunit *test)
{
	try_spinning_types(test, &(struct program){ { "<Aa>", "-ABba+", "-Bb+" } });
	try_spinning_types(test, &(struct program){ { "{Aa}", "~ABba^", "~Bb^" } });
	try_spinning_types(test, &(struct program){ { "<Bb>", "-ABba+", "Aa" } });
}

static void locks_between_a_safe_and_an_unsafe_one_connect_them(struct kunit *test)
{
	try_spinning_types(test, &(struct program){ { "<Aa>", "-ABba+", "-BCcb+", "Cc" } });
	set_types(MAP);
	try_all_modes(test, &(struct program){ { "{Aa}", "~ABba^", "~BCcb^", "Cc" } }, false);
}

static void an_interrupt_that_nests_locks_can_close_a_cycle(struct kunit *test)
{
	try_spinning_types(test, &(struct program){ { "<ABba>", "-BAab+" } });
	try_spinning_types(test, &(struct program){ { "<ABba>", "-ABba+" } });
}

/* An interrupt does not wait inside what it interrupted: only the rules above apply to the two. */
static void what_an_interrupt_takes_is_not_inside_what_it_interrupted(struct kunit *test)
{
	try_spinning_types(test, &(struct program){ { "A<Bb>a", "-BAab+" } });
}

/* ---- readers ---- */

static void readers_and_writers_make_cycles_only_where_they_wait(struct kunit *test)
{
	set_types(MAP);
	try_all_modes(test, &(struct program){ { "BCcb", "CAac", "ABba" } }, false);
	try_all_modes(test, &(struct program){ { "ABba", "ABba", "BAab" } }, false);
	try_all_modes(test, &(struct program){ { "ABCcba", "CAac" } }, true);
	try_all_modes(test, &(struct program){ { "ABCcba", "CABbac" } }, false);
}

/* B is taken by a reader who may come again, so that A -> C is an edge of its own. */
static void what_was_given_back_is_in_no_chain(struct kunit *test)
{
	set_types(MAP);
	try_modes(test, &(struct program){ { "ABaCcb", "ABCcba", "CAac" } }, "02002000");
}

/* From A to B there is a short way on which nobody waits, and a longer one on which somebody does. */
static void a_way_without_waiting_does_not_hide_another(struct kunit *test)
{
	set_types(MAP);
	try_modes(test, &(struct program){ { "ABba", "ACBbca", "BDdb", "DAad" } }, "020001000");
	try_modes(test, &(struct program){ { "ACBbca", "ABba", "BDdb", "DAad" } }, "000021000");
	try_modes(test, &(struct program){ { "ABba", "ACBbca", "BDdb", "DAad" } }, "020021000");
}

/* ---- single cases ---- */

/* Run by itself: the body between open and close, and what it is to report. */
#define EXPECT_KIND(test, wanted, body...)                                                         \
	do {                                                                                       \
		open_sandbox();                                                                    \
		body;                                                                              \
		KUNIT_EXPECT_EQ(test, close_sandbox(), wanted);                                    \
	} while (0)

static void what_is_held_by_trylock_did_not_wait_but_is_held(struct kunit *test)
{
	spinlock_t *a = &locks[0][0].spin, *b = &locks[1][0].spin;

	set_types(SPIN);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		spin_lock(a);
		spin_lock(b);
		spin_unlock(b);
		spin_unlock(a);
		spin_lock(b);
		KUNIT_EXPECT_TRUE(test, spin_trylock(a));
		spin_unlock(a);
		spin_unlock(b);
	});
	EXPECT_KIND(test, LOCKDEP_CIRCULAR, {
		spin_lock(a);
		spin_lock(b);
		spin_unlock(b);
		spin_unlock(a);
		KUNIT_EXPECT_TRUE(test, spin_trylock(b));
		spin_lock(a);
		spin_unlock(a);
		spin_unlock(b);
	});
}

static void subclasses_order_the_locks_of_a_class(struct kunit *test)
{
	struct mutex *m = &locks[0][0].mutex, *n = &locks[0][1].mutex;

	set_types(MUTEX);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		mutex_lock(m);
		mutex_lock_nested(n, SINGLE_DEPTH_NESTING);
		mutex_unlock(n);
		mutex_unlock(m);
	});
	EXPECT_KIND(test, LOCKDEP_CIRCULAR, {
		mutex_lock(m);
		mutex_lock_nested(n, 3);
		mutex_unlock(n);
		mutex_unlock(m);
		mutex_lock_nested(n, 3);
		mutex_lock(m);
		mutex_unlock(m);
		mutex_unlock(n);
	});
	EXPECT_KIND(test, LOCKDEP_RECURSIVE, {
		mutex_lock_nested(m, 3);
		mutex_lock_nested(n, 3);
		mutex_unlock(n);
		mutex_unlock(m);
	});
}

static void spinning_locks_have_subclasses_too(struct kunit *test)
{
	spinlock_t *a = &locks[0][0].spin, *b = &locks[0][1].spin;
	rwlock_t *r = &locks[0][0].rw, *w = &locks[0][1].rw;
	unsigned long flags;

	set_types(SPIN);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		spin_lock(a);
		spin_lock_nested(b, SINGLE_DEPTH_NESTING);
		spin_unlock(b);
		spin_lock_irqsave_nested(b, flags, 2);
		spin_unlock_irqrestore(b, flags);
		spin_lock_bh_nested(b, 3);
		spin_unlock_bh(b);
		spin_unlock(a);
	});
	set_types(RW);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		write_lock(r);
		write_lock_nested(w, SINGLE_DEPTH_NESTING);
		write_unlock(w);
		write_unlock(r);
	});
}

/* Under a lock that excludes all others who do the same, a class needs no order. */
static void a_lock_around_all_makes_any_order_right(struct kunit *test)
{
	set_types(MUTEX);
	types[0] = SPIN;
	types[1] = SEM;
	EXPECT_KIND(test, LOCKDEP_NONE, {
		struct mutex *around = &locks[2][0].mutex;

		mutex_lock(around);
		for (int i = 0; i < 2; i++) {
			down_write_nest_lock(&locks[1][i].sem, around);
			down_write_nest_lock(&locks[1][!i].sem, around);
			up_write(&locks[1][!i].sem);
			up_write(&locks[1][i].sem);
			spin_lock_nest_lock(&locks[0][i].spin, around);
			spin_lock_nest_lock(&locks[0][!i].spin, around);
			spin_unlock(&locks[0][!i].spin);
			spin_unlock(&locks[0][i].spin);
		}
		mutex_unlock(around);
	});
	EXPECT_KIND(test, LOCKDEP_NONE, {
		down_write(&locks[1][0].sem);
		mutex_lock_nest_lock(&locks[2][0].mutex, &locks[1][0].sem);
		mutex_lock_nest_lock(&locks[2][1].mutex, &locks[1][0].sem);
		mutex_unlock(&locks[2][1].mutex);
		mutex_unlock(&locks[2][0].mutex);
		up_write(&locks[1][0].sem);
	});
}

static void a_lock_held_can_change_its_subclass(struct kunit *test)
{
	struct mutex *m = &locks[0][0].mutex, *n = &locks[0][1].mutex;

	set_types(MUTEX);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		mutex_lock(m);
		lock_set_subclass(&m->dep_map, 2, _THIS_IP_);
		mutex_lock(n);
		mutex_unlock(n);
		mutex_unlock(m);
	});
}

static void a_lock_can_be_given_a_class_or_none(struct kunit *test)
{
	static struct lock_class_key own;
	spinlock_t *a = &locks[0][0].spin, *b = &locks[0][1].spin;

	set_types(SPIN);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		lockdep_set_class(a, &own);
		KUNIT_EXPECT_TRUE(test, lockdep_match_class(a, &own));
		spin_lock(a);
		spin_lock(b);
		spin_unlock(b);
		spin_unlock(a);
	});
	lockdep_reset_lock(&a->dep_map);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		lockdep_set_novalidate_class(a);
		lockdep_set_novalidate_class(b);
		spin_lock(a);
		spin_lock(b);
		spin_unlock(b);
		spin_unlock(a);
	});
}

static void lockdep_off_lets_everything_pass(struct kunit *test)
{
	spinlock_t *a = &locks[0][0].spin, *b = &locks[0][1].spin;

	set_types(SPIN);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		lockdep_off();
		spin_lock(a);
		spin_lock(b);
		KUNIT_EXPECT_TRUE(test, lock_is_held(&b->dep_map));
		spin_unlock(b);
		spin_unlock(a);
		lockdep_on();
	});
}

static void giving_back_what_is_not_held_is_found(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(all_types); i++) {
		set_types(all_types[i]);
		EXPECT_KIND(test, LOCKDEP_BAD_UNLOCK, lock_release(map_of(0, 0), _THIS_IP_));
		EXPECT_KIND(test, LOCKDEP_BAD_UNLOCK, {
			take(0, 0, READER);
			give_back(0, 0, READER);
			lock_release(map_of(0, 0), _THIS_IP_);
		});
		KUNIT_EXPECT_STREQ(test, sandbox.report.next.instance->name, "A");
	}
	EXPECT_KIND(test, LOCKDEP_BAD_UNLOCK, rcu_lock_release(&rcu_lock_map));
}

/* The lock itself is new then: only lockdep remembers that it was held. */
static void initialising_a_lock_that_is_held_is_found(struct kunit *test)
{
	static const enum type real[] = { SPIN, RW, MUTEX, SEM, RTMUTEX };

	for (int i = 0; i < ARRAY_SIZE(real); i++) {
		set_types(real[i]);
		EXPECT_KIND(test, LOCKDEP_HELD_FREED, {
			take(0, 0, WRITER);
			init_lock(0, 0);
			lock_release(map_of(0, 0), _THIS_IP_);
			if (real[i] <= RW)
				preempt_enable();
		});
	}
}

static void freeing_memory_with_a_held_lock_is_found(struct kunit *test)
{
	struct mutex *m;

	set_types(MAP);
	EXPECT_KIND(test, LOCKDEP_HELD_FREED, {
		m = kmalloc(sizeof(*m), GFP_KERNEL);
		mutex_init(m);
		mutex_lock(m);
		kfree(m);
		lock_release(&m->dep_map, _THIS_IP_);
	});
	EXPECT_KIND(test, LOCKDEP_NONE, {
		m = kmalloc(sizeof(*m), GFP_KERNEL);
		mutex_init(m);
		mutex_lock(m);
		kfree(kmalloc(sizeof(*m), GFP_KERNEL));
		mutex_unlock(m);
		kfree(m);
	});
}

static int end_with_a_lock(void *data)
{
	lockdep_set_sandbox(&sandbox);
	lock_acquire(data, 0, 0, 0, _THIS_IP_);
	return 0;
}

static void a_task_that_ends_with_a_lock_held_is_found(struct kunit *test)
{
	struct task_struct *p;

	set_types(MAP);
	EXPECT_KIND(test, LOCKDEP_HELD_AT_EXIT, {
		p = start_thread(test, end_with_a_lock, map_of(0, 0), ANY_CPU, FAIR);
		join(p);
	});
}

/* RCU's sections may nest as deep as one likes. What is deeper than lockdep can note is only counted. */
static void more_locks_than_can_be_noted_are_counted(struct kunit *test)
{
	static bool reported;
	spinlock_t *a = &locks[0][0].spin;
	u64 mark = log_mark();
	int i;

	set_types(SPIN);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		local_irq_disable(); /* an interrupt would take locks, too */
		for (i = 0; i < MAX_LOCK_DEPTH; i++)
			rcu_read_lock();
		KUNIT_EXPECT_FALSE(test, log_has(mark, "MAX_LOCK_DEPTH"));
		spin_lock(a);
		KUNIT_EXPECT_EQ(test, log_has(mark, "holds more than MAX_LOCK_DEPTH"), !reported);
		spin_unlock(a);
		for (i = 0; i < MAX_LOCK_DEPTH; i++)
			rcu_read_unlock();
		local_irq_enable();
		KUNIT_EXPECT_EQ(test, lockdep_depth(current), 0);
		spin_lock(a);
		KUNIT_EXPECT_TRUE(test, lockdep_is_held(a));
		spin_unlock(a);
	});
	reported = true;
}

static void a_lock_that_was_never_initialised_is_found(struct kunit *test)
{
	spinlock_t *a = kunit_kzalloc(test, sizeof(*a), GFP_KERNEL);

	*a = __SPIN_LOCK_UNLOCKED(*a);
	set_types(MAP);
	EXPECT_KIND(test, LOCKDEP_NON_STATIC_KEY, {
		spin_lock(a);
		spin_unlock(a);
	});
}

static void a_key_in_allocated_memory_is_registered(struct kunit *test)
{
	struct lock_class_key *key = kunit_kzalloc(test, sizeof(*key), GFP_KERNEL);
	unsigned int classes = nr_lock_classes;
	struct lockdep_map map;

	set_types(MAP);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		lockdep_register_key(key);
		lockdep_init_map(&map, "dynamic", key, 0);
		lock_map_acquire(&map);
		lock_map_release(&map);
		KUNIT_EXPECT_GT(test, nr_lock_classes, classes);
		lockdep_unregister_key(key);
	});
	EXPECT_KIND(test, LOCKDEP_NON_STATIC_KEY, {
		lockdep_init_map(&map, "dynamic", key, 0);
		lock_map_acquire(&map);
		lock_map_release(&map);
	});
}

/* ---- wait contexts ---- */

static void check_sleeping_lock(struct kunit *test, enum lockdep_kind wanted, const char *before,
				const char *after)
{
	static const enum type sleeps[] = { MUTEX, SEM, RTMUTEX };
	const char *p;

	for (int i = 0; i < ARRAY_SIZE(sleeps); i++) {
		types[1] = sleeps[i];
		EXPECT_KIND(test, wanted, {
			for (p = before; *p; p++) {
				if (*p == 'A')
					take(0, 0, WRITER);
				else if (*p == 'R')
					rcu_read_lock();
				else
					change_context(*p);
			}
			lock_check(map_of(1, 0), 0, 0, _THIS_IP_);
			for (p = after; *p; p++) {
				if (*p == 'a')
					give_back(0, 0, WRITER);
				else if (*p == 'r')
					rcu_read_unlock();
				else
					change_context(*p);
			}
		});
	}
}

static void a_sleeping_lock_where_one_must_not_sleep_is_found(struct kunit *test)
{
	set_types(SPIN);
	check_sleeping_lock(test, LOCKDEP_WAIT_CONTEXT, "A", "a");
	check_sleeping_lock(test, LOCKDEP_WAIT_CONTEXT, "R", "r");
	check_sleeping_lock(test, LOCKDEP_WAIT_CONTEXT, "<", ">");
	check_sleeping_lock(test, LOCKDEP_WAIT_CONTEXT, "{", "}");
	set_types(RW);
	check_sleeping_lock(test, LOCKDEP_WAIT_CONTEXT, "A", "a");
}

static void a_sleeping_lock_inside_one_that_sleeps_is_silent(struct kunit *test)
{
	set_types(MUTEX);
	check_sleeping_lock(test, LOCKDEP_NONE, "A", "a");
	check_sleeping_lock(test, LOCKDEP_NONE, "", "");
}

static void spinning_locks_nest_in_everything(struct kunit *test)
{
	set_types(SPIN);
	types[2] = MUTEX;
	EXPECT_KIND(test, LOCKDEP_NONE, {
		take(2, 0, WRITER);
		rcu_read_lock();
		take(0, 0, WRITER);
		rcu_read_lock();
		take(1, 0, WRITER);
		give_back(1, 0, WRITER);
		rcu_read_unlock();
		give_back(0, 0, WRITER);
		rcu_read_unlock();
		give_back(2, 0, WRITER);
	});
}

/* might_sleep() has the better words, and lockdep does not repeat them. */
static void taking_a_mutex_inside_a_spinlock_is_reported_once(struct kunit *test)
{
	bool panics_before = atomic_sleep_panics;
	u64 mark = log_mark();

	atomic_sleep_panics = false;
	set_types(SPIN);
	types[1] = MUTEX;
	open_sandbox();
	take(0, 0, WRITER);
	take(1, 0, WRITER);
	give_back(1, 0, WRITER);
	give_back(0, 0, WRITER);
	close_sandbox();
	atomic_sleep_panics = panics_before;
	KUNIT_EXPECT_TRUE(test,
			  log_has(mark, "BUG: sleeping function called from invalid context"));
}

/* ---- assertions ---- */

static void assertions_about_held_locks_warn(struct kunit *test)
{
	struct rw_semaphore *sem = &locks[0][0].sem;
	u64 mark = log_mark();

	set_types(SEM);
	open_sandbox();
	down_read(sem);
	lockdep_assert_held(sem);
	lockdep_assert_held_read(sem);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "WARNING"));
	lockdep_assert_held_write(sem);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "WARNING"));
	mark = log_mark();
	lockdep_assert_not_held(sem);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "WARNING"));
	up_read(sem);
	mark = log_mark();
	lockdep_assert_not_held(sem);
	KUNIT_EXPECT_FALSE(test, log_has(mark, "WARNING"));
	lockdep_assert_held(sem);
	KUNIT_EXPECT_TRUE(test, log_has(mark, "WARNING"));
	close_sandbox();
}

/* ---- the real thing ---- */

static void spin_in_hardirq(void *data)
{
	spin_lock(data);
	spin_unlock(data);
}

static void a_real_interrupt_counts(struct kunit *test)
{
	spinlock_t *a = &locks[0][0].spin;

	set_types(SPIN);
	EXPECT_KIND(test, LOCKDEP_INCONSISTENT, {
		run_in_hardirq(spin_in_hardirq, a);
		spin_lock(a);
		spin_unlock(a);
	});
	KUNIT_EXPECT_EQ(test, sandbox.report.usage, LOCK_ENABLED_HARDIRQ);
	KUNIT_EXPECT_EQ(test, sandbox.report.usage_other, LOCK_USED_IN_HARDIRQ);
	EXPECT_KIND(test, LOCKDEP_NONE, {
		run_in_hardirq(spin_in_hardirq, a);
		spin_lock_irq(a);
		spin_unlock_irq(a);
	});
}

static void timer_takes(struct timer_list *timer)
{
	spin_lock(&locks[0][0].spin);
	spin_unlock(&locks[0][0].spin);
}

static void a_real_timer_counts_as_a_softirq(struct kunit *test)
{
	static DEFINE_TIMER(timer, timer_takes);
	spinlock_t *a = &locks[0][0].spin;

	set_types(SPIN);
	for (int bh = 0; bh < 2; bh++)
		EXPECT_KIND(test, bh ? LOCKDEP_NONE : LOCKDEP_INCONSISTENT, {
			mod_timer(&timer, jiffies);
			KUNIT_EXPECT_TRUE(test, eventually(!timer_pending(&timer)));
			del_timer_sync(&timer);
			if (bh)
				spin_lock_bh(a);
			else
				spin_lock(a);
			if (bh)
				spin_unlock_bh(a);
			else
				spin_unlock(a);
		});
}

/* The timer's function may be about to take the lock, and would not end before it has it. */
static void waiting_for_a_timer_with_its_lock_is_found(struct kunit *test)
{
	static DEFINE_TIMER(timer, timer_takes);
	struct lockdep_map fn = { .key = (void *)timer_takes };
	spinlock_t *a = &locks[0][0].spin;

	set_types(SPIN);
	for (int held = 0; held < 2; held++) {
		lockdep_reset_lock(&fn);
		EXPECT_KIND(test, held ? LOCKDEP_CIRCULAR : LOCKDEP_NONE, {
			mod_timer(&timer, jiffies);
			KUNIT_EXPECT_TRUE(test, eventually(!timer_pending(&timer)));
			if (held)
				spin_lock_bh(a);
			del_timer_sync(&timer);
			if (held)
				spin_unlock_bh(a);
		});
	}
}

static void work_takes(struct work_struct *work)
{
	mutex_lock(&locks[0][0].mutex);
	mutex_unlock(&locks[0][0].mutex);
}

static void waiting_for_a_work_item_with_its_mutex_is_found(struct kunit *test)
{
	static DECLARE_WORK(work, work_takes);
	struct lockdep_map fn = { .key = (void *)work_takes };
	struct mutex *m = &locks[0][0].mutex;

	set_types(MUTEX);
	for (int cancel = 0; cancel < 2; cancel++) {
		lockdep_reset_lock(&fn);
		EXPECT_KIND(test, LOCKDEP_CIRCULAR, {
			schedule_work(&work);
			flush_work(&work);
			KUNIT_EXPECT_EQ(test, sandbox.report.kind, LOCKDEP_NONE);
			mutex_lock(m);
			if (cancel)
				cancel_work_sync(&work);
			else
				flush_work(&work);
			mutex_unlock(m);
		});
	}
}

/* Whichever item it was that took the mutex: it may be queued again, and be waited for. */
static void waiting_for_a_workqueue_with_its_mutex_is_found(struct kunit *test)
{
	static DECLARE_WORK(work, work_takes);
	struct mutex *m = &locks[0][0].mutex;
	struct workqueue_struct *wq, *other;

	set_types(MUTEX);
	for (int drain = 0; drain < 2; drain++) {
		wq = alloc_workqueue("lockdep-%d", 0, 0, drain);
		other = alloc_workqueue("other", 0, 0);
		KUNIT_ASSERT_TRUE(test, wq && other);
		EXPECT_KIND(test, LOCKDEP_CIRCULAR, {
			queue_work(wq, &work);
			flush_workqueue(wq);
			mutex_lock(m);
			flush_workqueue(other);
			KUNIT_EXPECT_EQ(test, sandbox.report.kind, LOCKDEP_NONE);
			if (drain)
				drain_workqueue(wq);
			else
				flush_workqueue(wq);
			mutex_unlock(m);
		});
		destroy_workqueue(wq);
		destroy_workqueue(other);
	}
}

static struct workqueue_struct *flushed;

static void flush_the_other(struct work_struct *work)
{
	flush_workqueue(flushed);
}

/* Two that were made in one place are two for lockdep, too: it reports what kworkers do, and would end the case. */
static void an_item_may_flush_another_workqueue(struct kunit *test)
{
	static DECLARE_WORK(work, flush_the_other);
	struct workqueue_struct *wq[2];

	for (int i = 0; i < 2; i++) {
		wq[i] = alloc_workqueue("made-here-%d", 0, 0, i);
		KUNIT_ASSERT_NOT_NULL(test, wq[i]);
	}
	flushed = wq[1];
	queue_work(wq[0], &work);
	flush_work(&work);
	for (int i = 0; i < 2; i++)
		destroy_workqueue(wq[i]);
}

static int take_a_then_b(void *unused)
{
	mutex_lock(&locks[0][0].mutex);
	mutex_lock(&locks[1][0].mutex);
	mutex_unlock(&locks[1][0].mutex);
	mutex_unlock(&locks[0][0].mutex);
	return 0;
}

static noinline void take_b_then_a(void)
{
	mutex_lock(&locks[1][0].mutex);
	mutex_lock(&locks[0][0].mutex);
	mutex_unlock(&locks[0][0].mutex);
	mutex_unlock(&locks[1][0].mutex);
}

/* The halves belong to two tasks, one of which is over when the other begins. */
static void a_report_names_both_paths(struct kunit *test)
{
	static const char *const parts[][2] = {
		{ "WARNING: possible circular locking dependency detected", "" },
		{ "(A){", "at take_b_then_a+0x" },
		{ "(B){", "at take_b_then_a+0x" },
		{ "-> (B) was taken while (A) was held", "" },
		{ "take_a_then_b+0x", "(tests/kernel/lockdep_test.c:" },
		{ "CPU0", "CPU1" },
		{ "lock(A)  waits", "" },
		{ "*** DEADLOCK ***", "" },
		{ "2 locks held by kunit/a_report_/", "" },
		{ " #1: (A){+.+.}, taken at take_b_then_a+0x", "(tests/kernel/lockdep_test.c:" },
		{ "Rule broken: locks that are held together are taken in one order", "" },
		{ "To mend it:", "" },
	};
	u64 mark = log_mark();

	set_types(MUTEX);
	sandbox.verbose = true;
	EXPECT_KIND(test, LOCKDEP_CIRCULAR, {
		join(start_thread(test, take_a_then_b, NULL, ANY_CPU, FAIR));
		take_b_then_a();
	});
	sandbox.verbose = false;
	for (int i = 0; i < ARRAY_SIZE(parts); i++)
		if (!log_has_both(mark, parts[i][0], parts[i][1]))
			KUNIT_FAIL(test, "no line with '%s' and '%s'\n", parts[i][0], parts[i][1]);
}

static void interrupt_reports_name_the_uses(struct kunit *test)
{
	u64 mark = log_mark();

	set_types(SPIN);
	sandbox.verbose = true;
	EXPECT_KIND(test, LOCKDEP_INCONSISTENT, {
		run_in_hardirq(spin_in_hardirq, &locks[0][0].spin);
		take(0, 0, WRITER);
		give_back(0, 0, WRITER);
	});
	KUNIT_EXPECT_TRUE(test,
			  log_has(mark, "inconsistent {IN-HARDIRQ-W} -> {HARDIRQ-ON-W} usage."));
	KUNIT_EXPECT_TRUE(test, log_has_both(mark, "spin_in_hardirq+0x",
					     "(tests/kernel/lockdep_test.c:"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "<Interrupt>"));
	mark = log_mark();
	EXPECT_KIND(test, LOCKDEP_IRQ_ORDER, {
		run_in_hardirq(spin_in_hardirq, &locks[0][0].spin);
		take(1, 0, WRITER);
		give_back(1, 0, WRITER);
		local_irq_disable();
		take(0, 0, WRITER);
		take(1, 0, WRITER);
		give_back(1, 0, WRITER);
		give_back(0, 0, WRITER);
		local_irq_enable();
	});
	sandbox.verbose = false;
	KUNIT_EXPECT_TRUE(
		test, log_has(mark, "WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "(A) became {IN-HARDIRQ-W} here:"));
	KUNIT_EXPECT_TRUE(test, log_has(mark, "(B) became {HARDIRQ-ON-W} here:"));
	KUNIT_EXPECT_EQ(test, sandbox.report.nr_path, 2);
}

static void a_chain_known_costs_no_search(struct kunit *test)
{
	unsigned long searches;

	set_types(SPIN);
	open_sandbox();
	for (int i = 0; i < 3; i++) {
		searches = nr_lock_searches;
		take(0, 0, WRITER);
		take(1, 0, WRITER);
		give_back(1, 0, WRITER);
		give_back(0, 0, WRITER);
		if (num_online_cpus() == 1)
			KUNIT_EXPECT_EQ(test, nr_lock_searches > searches, i == 0);
	}
	KUNIT_EXPECT_EQ(test, close_sandbox(), LOCKDEP_NONE);
}

static struct kunit_case lockdep_cases[] = {
	KUNIT_CASE(a_second_lock_of_a_class_held_is_found),
	KUNIT_CASE(two_locks_in_both_orders_are_found),
	KUNIT_CASE(locks_of_different_types_make_a_cycle_too),
	KUNIT_CASE(a_cycle_of_three_is_found),
	KUNIT_CASE(a_cycle_is_found_whatever_closes_it),
	KUNIT_CASE(a_cycle_of_four_is_found),
	KUNIT_CASE(the_order_of_giving_back_does_not_matter),
	KUNIT_CASE(one_order_everywhere_is_silent),
	KUNIT_CASE(a_lock_of_an_interrupt_taken_with_interrupts_on_is_found),
	KUNIT_CASE(the_same_with_interrupts_off_is_silent),
	KUNIT_CASE(interrupts_that_come_on_while_it_is_held_are_found),
	KUNIT_CASE(a_safe_lock_around_an_unsafe_one_is_found),
	KUNIT_CASE(a_safe_lock_around_a_safe_one_is_silent),
	KUNIT_CASE(locks_between_a_safe_and_an_unsafe_one_connect_them),
	KUNIT_CASE(an_interrupt_that_nests_locks_can_close_a_cycle),
	KUNIT_CASE(what_an_interrupt_takes_is_not_inside_what_it_interrupted),
	KUNIT_CASE(readers_and_writers_make_cycles_only_where_they_wait),
	KUNIT_CASE(what_was_given_back_is_in_no_chain),
	KUNIT_CASE(a_way_without_waiting_does_not_hide_another),
	KUNIT_CASE(what_is_held_by_trylock_did_not_wait_but_is_held),
	KUNIT_CASE(subclasses_order_the_locks_of_a_class),
	KUNIT_CASE(spinning_locks_have_subclasses_too),
	KUNIT_CASE(a_lock_around_all_makes_any_order_right),
	KUNIT_CASE(a_lock_held_can_change_its_subclass),
	KUNIT_CASE(a_lock_can_be_given_a_class_or_none),
	KUNIT_CASE(lockdep_off_lets_everything_pass),
	KUNIT_CASE(giving_back_what_is_not_held_is_found),
	KUNIT_CASE(initialising_a_lock_that_is_held_is_found),
	KUNIT_CASE(freeing_memory_with_a_held_lock_is_found),
	KUNIT_CASE(a_task_that_ends_with_a_lock_held_is_found),
	KUNIT_CASE(more_locks_than_can_be_noted_are_counted),
	KUNIT_CASE(a_lock_that_was_never_initialised_is_found),
	KUNIT_CASE(a_key_in_allocated_memory_is_registered),
	KUNIT_CASE(a_sleeping_lock_where_one_must_not_sleep_is_found),
	KUNIT_CASE(a_sleeping_lock_inside_one_that_sleeps_is_silent),
	KUNIT_CASE(spinning_locks_nest_in_everything),
	KUNIT_CASE(taking_a_mutex_inside_a_spinlock_is_reported_once),
	KUNIT_CASE(assertions_about_held_locks_warn),
	KUNIT_CASE(a_real_interrupt_counts),
	KUNIT_CASE(a_real_timer_counts_as_a_softirq),
	KUNIT_CASE(waiting_for_a_timer_with_its_lock_is_found),
	KUNIT_CASE(waiting_for_a_work_item_with_its_mutex_is_found),
	KUNIT_CASE(waiting_for_a_workqueue_with_its_mutex_is_found),
	KUNIT_CASE(an_item_may_flush_another_workqueue),
	KUNIT_CASE(a_report_names_both_paths),
	KUNIT_CASE(interrupt_reports_name_the_uses),
	KUNIT_CASE(a_chain_known_costs_no_search),
	{},
};

static void lockdep_test_suite_exit(struct kunit_suite *suite)
{
	pr_info("    # %u programs with a deadlock, %u without\n", nr_deadlocks, nr_silent);
}

static struct kunit_suite lockdep_suite = {
	.name = "lockdep",
	.suite_exit = lockdep_test_suite_exit,
	.test_cases = lockdep_cases,
};
kunit_test_suite(lockdep_suite);

#endif

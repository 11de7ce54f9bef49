// SPDX-License-Identifier: MIT
/*
 * The stack walker. A frame is two words, the caller's frame pointer and the return address, and
 * %rbp leads from one to the next. Interrupt entry leaves an odd %rbp: one more than the address of
 * the pt_regs it pushed, and the walk goes on from the registers in there, on whatever stack those
 * were.
 *
 * An address is used only if it is aligned, not below what has been walked, and inside a stack that
 * belongs to the task or, for the running CPU, to its exceptions. Stacks change only at a pt_regs,
 * a few times at most. So the walk reads nothing but stacks and ends. Where the chain of frames
 * breaks (always, without frame pointers) the rest of the stack is searched for return addresses.
 */
#include <linux/compiler.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/thread_info.h>
#include <asm/current.h>
#include <asm/desc.h>
#include <asm/page.h>
#include <asm/processor.h>

#define FLAGS_RESERVED (~0x3f7fd5UL) /* only bit 1 of these is set: SDM volume 1, figure 3-8 */
#define IRET_WORDS     5             /* IP, CS, FLAGS, SP, SS */
#define PUSH_RBP       0x55          /* SDM volume 2, PUSH */
#define RET            0xc3          /* SDM volume 2, RET */
#define MAX_STACKS     4             /* task, double fault, NMI, machine check */
#define MAX_LINES      64            /* of one printed trace */

/* Words on the stack of a task that is switched out, from thread.sp on: see __switch_to_asm(). */
#define SWITCH_BP    0
#define SWITCH_IP    1
#define SWITCH_WORDS 2

extern const char _text[], _etext[], __init_text_start[], __init_text_end[];
extern const char __sched_text_start[], __sched_text_end[];

bool in_sched_functions(unsigned long addr)
{
	return addr >= (unsigned long)__sched_text_start && addr < (unsigned long)__sched_text_end;
}

static unsigned long word_at(unsigned long addr)
{
	return READ_ONCE(*(unsigned long *)addr);
}

/* Can @size bytes at @addr be read as part of the stack that the walk is on? */
static bool on_stack(const struct unwind_state *s, unsigned long addr, unsigned long size)
{
	return IS_ALIGNED(addr, sizeof(long)) && addr >= s->sp && addr < s->end &&
	       s->end - addr >= size;
}

/* Make the stack around @addr the one to walk. */
static bool enter_stack(struct unwind_state *s, unsigned long addr)
{
	unsigned long low = (unsigned long)READ_ONCE(s->task->stack);
	unsigned long high = low + THREAD_SIZE;

	if (s->stacks == MAX_STACKS || !IS_ALIGNED(addr, sizeof(long)))
		return false;
	if (!low || addr < low || addr >= high)
		if (s->task != current || !ist_stack_range(addr, &low, &high))
			return false;
	s->stacks++;
	s->sp = addr;
	s->end = high;
	return true;
}

/* Go up to @addr, on the same stack or another. */
static bool move_to(struct unwind_state *s, unsigned long addr)
{
	if (!on_stack(s, addr, 0))
		return enter_stack(s, addr);
	s->sp = addr;
	return true;
}

bool text_is_mapped(unsigned long addr)
{
	return addr >= (unsigned long)_text && addr < (unsigned long)_etext;
}

/*
 * Does a call instruction end at @addr? E8 with a 32-bit offset, or FF /2 with any operand (SDM
 * volume 2, CALL). Code for booting may be gone by now: there every address will do.
 */
static bool follows_call(unsigned long addr)
{
	const u8 *code = (const u8 *)addr;
	struct ksym sym;
	unsigned int n;

	if (addr > (unsigned long)__init_text_start && addr <= (unsigned long)__init_text_end)
		return kernel_text_address(addr - 1);
	if (!text_is_mapped(addr - 1) || !kallsyms_find(addr - 1, &sym))
		return false;
	if (addr - sym.start >= 5 && code[-5] == 0xe8)
		return true;
	for (n = 2; n <= 7 && n <= addr - sym.start; n++)
		if (code[-(int)n] == 0xff && (code[-(int)n + 1] & 0x38) == 0x10)
			return true;
	return false;
}

/* GCC gives a leaf that needs no stack no frame, whatever its options say. */
static bool has_frame(const struct ksym *sym)
{
	return !text_is_mapped(sym->start) || *(const u8 *)sym->start == PUSH_RBP;
}

/*
 * Before a function has set up its frame, %rbp still is its caller's, and the return address into
 * the caller is only on the stack: at the very start of the function, or one word up once %rbp is
 * pushed (one byte of code). In a function that never sets one up, at the RET of one that has taken
 * it down again, and after a jump through a bad pointer, when no function has started, the return
 * address is on top as well.
 */
static unsigned long unframed_caller(const struct unwind_state *s)
{
	unsigned long slot = s->sp;
	unsigned long caller;
	struct ksym sym;

	if (kallsyms_find(s->ip, &sym) && has_frame(&sym)) {
		bool returning = text_is_mapped(s->ip) && *(const u8 *)s->ip == RET;

		if (s->ip > sym.start + 1 && !returning)
			return 0;
		if (!returning)
			slot += (s->ip - sym.start) * sizeof(long);
	}
	caller = on_stack(s, slot, sizeof(long)) ? word_at(slot) : 0;
	return follows_call(caller) ? caller : 0;
}

/* When SP has run off its stack, the last frame may still be on it; or else begin at the end. */
static bool enter_overflown_stack(struct unwind_state *s, unsigned long sp)
{
	unsigned long low = (unsigned long)READ_ONCE(s->task->stack);

	return enter_stack(s, s->bp & ~1UL) || (low - sp <= PAGE_SIZE && enter_stack(s, low));
}

static void enter_regs(struct unwind_state *s, struct pt_regs *regs)
{
	unsigned long sp = READ_ONCE(regs->sp);

	s->regs = regs;
	s->ip = READ_ONCE(regs->ip);
	s->exact = true;
	s->guess = false;
	s->bp = READ_ONCE(regs->bp);
	s->pending = 0;
	if (move_to(s, sp))
		s->pending = IS_ENABLED(CONFIG_FRAME_POINTER) ? unframed_caller(s) : 0;
	else if (!enter_overflown_stack(s, sp))
		s->end = 0;
}

/* Is @addr where an interrupt pushed IP, CS, FLAGS, SP and SS? */
static bool looks_interrupted(const struct unwind_state *s, unsigned long addr)
{
	return on_stack(s, addr, IRET_WORDS * sizeof(long)) && word_at(addr + 8) == __KERNEL_CS &&
	       (word_at(addr + 16) & FLAGS_RESERVED) == 2 && word_at(addr + 32) == __KERNEL_DS &&
	       kernel_text_address(word_at(addr));
}

static void search_stack(struct unwind_state *s)
{
	while (on_stack(s, s->sp, sizeof(long))) {
		unsigned long addr = s->sp;

		if (looks_interrupted(s, addr)) {
			s->sp = addr + IRET_WORDS * sizeof(long);
			enter_regs(s, (void *)(addr - offsetof(struct pt_regs, ip)));
			s->guess = true;
			return;
		}
		s->sp += sizeof(long);
		if (follows_call(word_at(addr))) {
			s->ip = word_at(addr);
			s->guess = true;
			return;
		}
	}
	s->done = true;
}

void unwind_next(struct unwind_state *s)
{
	struct pt_regs *regs = (struct pt_regs *)(s->bp - 1);

	s->regs = NULL;
	s->exact = false;
	if (s->pending) {
		s->ip = s->pending;
		s->pending = 0;
	} else if (!IS_ENABLED(CONFIG_FRAME_POINTER) || s->guess) {
		search_stack(s);
	} else if (!s->bp) {
		s->done = true;
	} else if ((s->bp & 1) && on_stack(s, (unsigned long)regs, sizeof(*regs))) {
		s->sp = (unsigned long)(regs + 1);
		enter_regs(s, regs);
	} else if (on_stack(s, s->bp, 2 * sizeof(long)) &&
		   kernel_text_address(word_at(s->bp + 8) - 1)) {
		s->ip = word_at(s->bp + 8);
		s->sp = s->bp + 16;
		s->bp = word_at(s->bp);
	} else {
		search_stack(s);
	}
}

void unwind_start_frame(struct unwind_state *s, const void *frame)
{
	*s = (struct unwind_state){ .task = current, .bp = (unsigned long)frame };
	s->done = !enter_stack(s, s->bp);
	if (!s->done)
		unwind_next(s);
}

void unwind_start_regs(struct unwind_state *s, struct task_struct *task, struct pt_regs *regs)
{
	*s = (struct unwind_state){ .task = task };
	enter_regs(s, regs);
	s->regs = NULL;
}

void unwind_start_task(struct unwind_state *s, struct task_struct *task)
{
	unsigned long sp = READ_ONCE(task->thread.sp);

	*s = (struct unwind_state){ .task = task };
	s->done = !enter_stack(s, sp) || !on_stack(s, sp, SWITCH_WORDS * sizeof(long));
	if (s->done)
		return;
	s->ip = word_at(sp + SWITCH_IP * sizeof(long));
	s->bp = word_at(sp + SWITCH_BP * sizeof(long));
	s->sp = sp + SWITCH_WORDS * sizeof(long);
}

/* What the next interrupt up the stack is called, NULL when there is none. */
static const char *next_crossing(struct unwind_state walk)
{
	do
		unwind_next(&walk);
	while (!unwind_done(&walk) && !walk.regs);
	if (!walk.regs)
		return NULL;
	return (long)walk.regs->orig_ax < 0 ? "IRQ" : "EXCEPTION";
}

static void print_frame(const char *lvl, const struct unwind_state *s)
{
	char place[KSYM_SYMBOL_LEN];

	sprint_location(place, s->ip, !s->exact);
	printk("%s %s%s\n", lvl, s->guess ? "? " : "", place);
}

static void print_repeats(const char *lvl, unsigned int repeats)
{
	if (repeats)
		printk("%s ... and %u more of the same\n", lvl, repeats);
}

void show_trace(const char *lvl, struct unwind_state *s)
{
	unsigned int repeats = 0;
	unsigned int lines = 0;
	unsigned long last = ~0UL;
	const char *crossing;

	printk("%sCall Trace:\n", lvl);
	crossing = next_crossing(*s);
	if (crossing)
		printk("%s <%s>\n", lvl, crossing);
	for (; !unwind_done(s) && lines < MAX_LINES; last = s->ip, unwind_next(s)) {
		if (s->ip == last && !s->regs) {
			repeats++;
			continue;
		}
		print_repeats(lvl, repeats);
		repeats = 0;
		if (s->regs && crossing) {
			printk("%s </%s>\n", lvl, crossing);
			crossing = next_crossing(*s);
			if (crossing)
				printk("%s <%s>\n", lvl, crossing);
		}
		print_frame(lvl, s);
		lines++;
	}
	print_repeats(lvl, repeats);
	if (!unwind_done(s))
		printk("%s ... and more frames\n", lvl);
}

static unsigned int store_trace(struct unwind_state *s, unsigned long *store, unsigned int size,
				unsigned int skipnr)
{
	unsigned int n = 0;

	for (; !unwind_done(s) && n < size; unwind_next(s)) {
		if (skipnr)
			skipnr--;
		else
			store[n++] = s->ip;
	}
	return n;
}

unsigned int stack_trace_save(unsigned long *store, unsigned int size, unsigned int skipnr)
{
	struct unwind_state s;

	unwind_start_frame(&s, __builtin_frame_address(0));
	return store_trace(&s, store, size, skipnr);
}

unsigned int stack_trace_save_tsk(struct task_struct *task, unsigned long *store, unsigned int size,
				  unsigned int skipnr)
{
	struct unwind_state s;

	if (READ_ONCE(task->on_cpu))
		return 0;
	unwind_start_task(&s, task);
	return store_trace(&s, store, size, skipnr);
}

void stack_trace_print(const unsigned long *entries, unsigned int nr_entries, int spaces)
{
	char place[KSYM_SYMBOL_LEN];
	unsigned int i;

	for (i = 0; i < nr_entries; i++) {
		sprint_location(place, entries[i], true);
		printk("%*c%s\n", 1 + spaces, ' ', place);
	}
}

void print_cpu_header(const char *lvl, int cpu, const struct task_struct *task)
{
	printk("%sCPU: %d PID: %d Comm: %s, %s kernel\n", lvl, cpu, task->pid, task->comm,
	       IS_ENABLED(CONFIG_FRAME_POINTER) ? "debug" : "release");
}

void print_task_header(const char *lvl)
{
	print_cpu_header(lvl, raw_smp_processor_id(), current);
}

void dump_stack(void)
{
	struct unwind_state s;

	print_task_header(KERN_WARNING);
	unwind_start_frame(&s, __builtin_frame_address(0));
	show_trace(KERN_WARNING, &s);
}

unsigned long get_wchan(struct task_struct *p)
{
	struct unwind_state s;

	if (p == current || READ_ONCE(p->on_rq) || READ_ONCE(p->on_cpu))
		return 0;
	unwind_start_task(&s, p);
	while (!unwind_done(&s) && in_sched_functions(s.ip))
		unwind_next(&s);
	return unwind_done(&s) ? 0 : s.ip;
}

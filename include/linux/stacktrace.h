/* SPDX-License-Identifier: MIT */
/*
 * Walking up a stack. The debug profile keeps frame pointers, and the walk is exact: through
 * interrupts and exceptions into the code they interrupted, onto other stacks and back. The release
 * profile has none; the walk then reports every word on the stack that lies right behind a call
 * instruction, and says so. Nothing is read but stacks, each address is checked before it is used,
 * and each step goes up, so a walk ends and never faults, whatever state the stack is in. Context
 * for all: any, NMI included.
 */
#ifndef _LINUX_STACKTRACE_H
#define _LINUX_STACKTRACE_H

#include <linux/types.h>
#include <asm/ptrace.h>

struct task_struct;

/* Where a walk is. The first group describes the frame reached, the second belongs to the walk. */
struct unwind_state {
	bool done;            /* no frame is left, and the rest of this group means nothing */
	unsigned long ip;     /* code address */
	bool exact;           /* @ip was interrupted there; otherwise it is a return address */
	bool guess;           /* @ip was found by searching: the call may be long over */
	struct pt_regs *regs; /* the interrupted registers, when the step crossed an interrupt */

	struct task_struct *task;
	unsigned long bp;      /* the next frame, or pt_regs + 1 */
	unsigned long sp;      /* nothing below is looked at again */
	unsigned long end;     /* of the stack that @sp is in */
	unsigned long pending; /* return address that no frame holds yet; 0: none */
	unsigned int stacks;   /* entered so far */
};

/**
 * unwind_start_frame - begin at the caller of the running function
 * @frame: __builtin_frame_address(0)
 */
void unwind_start_frame(struct unwind_state *s, const void *frame);

/* unwind_start_regs - begin at interrupted registers of @task, itself running or held still. */
void unwind_start_regs(struct unwind_state *s, struct task_struct *task, struct pt_regs *regs);

/* unwind_start_task - begin where a task was switched out. It should not start running. */
void unwind_start_task(struct unwind_state *s, struct task_struct *task);

/* unwind_next - go one frame up; unwind_done - is there none? */
void unwind_next(struct unwind_state *s);
static inline bool unwind_done(const struct unwind_state *s)
{
	return s->done;
}

/* text_is_mapped - Return: can code at @addr be read? What only booting needed is gone later. */
bool text_is_mapped(unsigned long addr);

/* show_trace - print "Call Trace:" and a line a frame at level @lvl, from where @s stands. */
void show_trace(const char *lvl, struct unwind_state *s);

/**
 * stack_trace_save - store the return addresses of the running code, innermost first
 * @skipnr: frames to leave out, counted from the caller
 *
 * Return: entries stored.
 */
unsigned int stack_trace_save(unsigned long *store, unsigned int size, unsigned int skipnr);

/* stack_trace_save_tsk - the same for another task. Return: entries stored, 0 while it runs. */
unsigned int stack_trace_save_tsk(struct task_struct *task, unsigned long *store, unsigned int size,
				  unsigned int skipnr);

/* stack_trace_print - print stored entries, a line each, indented by @spaces. */
void stack_trace_print(const unsigned long *entries, unsigned int nr_entries, int spaces);

#endif

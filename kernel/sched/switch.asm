; SPDX-License-Identifier: MIT
;
; The context switch. A task that is not running is a saved stack pointer: everything else it needs is on its stack.

%include "asm-offsets.inc"

bits 64
default rel
section .text

extern schedule_tail

; struct task_struct *__switch_to_asm(struct task_struct *prev (rdi), struct task_struct *next (rsi))
;
; Only the registers that the C ABI lets a function keep are saved; the others are dead at any call. The RET at the end
; returns to where `next` was when it called this, some time ago, with the task that runs before it here in rax.
; Context: interrupts off, the run queue's lock held.
global __switch_to_asm
__switch_to_asm:
	push	rbp
	push	rbx
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[rdi + TASK_SP], rsp	; from here on prev can be resumed …
	mov	rsp, [rsi + TASK_SP]	; … and this is next's stack
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rbp
	mov	rax, rdi
	ret

; Where a new task begins: copy_thread() has made a stack that looks as if it had called __switch_to_asm() from here,
; with the function in rbx, its argument in r12, and rbp 0 so that stack walks end.
global ret_from_fork
ret_from_fork:
	mov	rdi, rax
	call	schedule_tail
	mov	rdi, r12
	call	rbx
	ud2					; the function ends with do_exit()

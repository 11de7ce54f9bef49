; SPDX-License-Identifier: MIT
;
; The context switch. A task that is not running is a saved stack pointer: everything else it needs is on its stack.

%include "asm-offsets.inc"
%include "asm/cfi.inc"

bits 64
default rel
section .text

extern schedule_tail

; __switch_to_asm(prev in rdi, next in rsi): called by switch_to() only, which tells the compiler that no register but
; rbp and rsp survives. So what the old task needs is on its stack already, put there by __schedule(); the frame pointer
; is saved here. The RET returns to where `next` was when it called this, some time ago, with the task that runs before
; it now in rax.
; Context: interrupts off, the run queue's lock held.
global __switch_to_asm
	cfi_start __switch_to_asm
	push	rbp
	cfi_pushed rbp
	mov	[rdi + TASK_SP], rsp		; from here on prev can be resumed ...
	mov	rsp, [rsi + TASK_SP]		; ... and this is next's stack
	pop	rbp
	cfi_popped rbp
	mov	rax, rdi
	ret

; Where a new task begins: copy_thread() has made a stack as if it had called __switch_to_asm() from here, with the
; function to run and its argument on it, and rbp 0 so that stack walks end. They look up a return address as the place
; before it, behind a CALL: there has to be one.
global ret_from_fork
	cfi_start_last new_task
	nop
ret_from_fork:
	mov	rdi, rax
	call	schedule_tail
	mov	rax, [rsp]
	mov	rdi, [rsp + 8]
	call	rax
	ud2					; the function ends with do_exit()
	cfi_end

; SPDX-License-Identifier: MIT
;
; Slow paths of inline functions. preempt_enable() and spin_lock() are expanded all over the kernel, and nearly never
; have to call anything: if they called C, every function around them would have to keep its values out of the registers
; that a C function may change. These change none (but rdi, where the lock's address is passed).

bits 64
default rel

%include "asm/cfi.inc"

section .text

%macro thunk 2					; name, C function
extern %2
global %1
	cfi_start %1
	push_saved rax, rcx, rdx, rsi, r8, r9, r10, r11, rdi
	call	%2
	pop_saved rdi, r11, r10, r9, r8, rsi, rdx, rcx, rax
	ret
	cfi_end
%endmacro

thunk	preempt_schedule_thunk, preempt_schedule
thunk	queued_spin_lock_slowpath_thunk, queued_spin_lock_slowpath

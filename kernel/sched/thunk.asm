; SPDX-License-Identifier: MIT
;
; Slow paths of inline functions. preempt_enable() and spin_lock() are expanded all over the kernel, and nearly never
; have to call anything: if they called C, every function around them would have to keep its values out of the registers
; that a C function may change. These change none (but rdi, where the lock's address is passed).

bits 64
default rel
section .text

%macro thunk 2					; name, C function
extern %2
global %1
%1:
	push	rax
	push	rcx
	push	rdx
	push	rsi
	push	r8
	push	r9
	push	r10
	push	r11
	push	rdi
	call	%2
	pop	rdi
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rsi
	pop	rdx
	pop	rcx
	pop	rax
	ret
%endmacro

thunk	preempt_schedule_thunk, preempt_schedule
thunk	queued_spin_lock_slowpath_thunk, queued_spin_lock_slowpath

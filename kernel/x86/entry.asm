; SPDX-License-Identifier: MIT
;
; Interrupt and exception entry. Every stub ends up with the interrupted registers on the stack as a struct pt_regs
; (<asm/ptrace.h>), calls C with its address in RDI, and leaves by one of three exits: interrupts may preempt on their
; way out, exceptions return where they came from, and inside an NMI nothing may execute IRET but the NMI itself.
;
; There is no user mode: CS and GS are always the kernel's, so nothing is swapped or checked. All gates are interrupt
; gates: C starts with interrupts off. RBP is left pointing one byte into the pt_regs: no frame pointer is odd, so a
; stack walker knows that the interrupted registers, not a frame, are there.

%include "asm-offsets.inc"

bits 64
default rel

extern do_exception, do_nmi
extern common_interrupt, timer_interrupt, reschedule_interrupt, call_function_interrupt
extern error_interrupt, spurious_interrupt
extern preempt_schedule_irq
extern __preempt_count

; What a debugger would be told about the frame: RSP points at a pt_regs. A place for call-frame information.
%macro frame_is_pt_regs 0
%endmacro

; Push all registers but RDI, which the caller of the macro has seen to. CLD: the ABI wants it, and nothing promises
; that the interrupted code was not in the middle of a backward copy.
%macro save_regs_but_rdi 0
	push	rsi
	push	rdx
	push	rcx
	push	rax
	push	r8
	push	r9
	push	r10
	push	r11
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	cld
	lea	rbp, [rsp + 1]
	frame_is_pt_regs
%endmacro

%macro restore_regs 0
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rax
	pop	rcx
	pop	rdx
	pop	rsi
	pop	rdi
%endmacro

; Call a C function with the pt_regs at RSP. The CPU aligned the stack before it pushed (SDM volume 3, section 6.14.2);
; 21 words later it is 8 bytes off what the ABI wants at a call.
%macro call_c 1
	mov	rdi, rsp
	sub	rsp, 8
	call	%1
	add	rsp, 8
%endmacro

; Maskable interrupts. The vector number has its bits inverted so that orig_ax is negative for interrupts, and
; different from every error code. Frequent ones have the handler in their stub, all others share one.
%macro interrupt_stub 2				; vector, C handler
%2_stub:
	push	~%1
	push	rdi
	save_regs_but_rdi
	call_c	%2
	jmp	interrupt_return
%endmacro

section .text

interrupt_stub	LOCAL_TIMER_VECTOR, timer_interrupt
interrupt_stub	CALL_FUNCTION_VECTOR, call_function_interrupt
interrupt_stub	RESCHEDULE_VECTOR, reschedule_interrupt
interrupt_stub	ERROR_APIC_VECTOR, error_interrupt
interrupt_stub	SPURIOUS_APIC_VECTOR, spurious_interrupt

interrupt_common:
	push	rdi
	save_regs_but_rdi
	call_c	common_interrupt
	; fall through

; Preempt? Only when the count says "preemptible and should be preempted" (the whole word is 0). Interrupts were on in
; the interrupted code, or it could not have been interrupted; code with interrupts off is safe from this exit.
global interrupt_return
interrupt_return:
	cmp	dword [gs:__preempt_count], 0
	jne	return_from_exception
	call_c	preempt_schedule_irq

return_from_exception:
	restore_regs
	add	rsp, 8				; orig_ax
	iretq

; Exceptions. The vector takes the place of RDI until it is needed.
exception_common:
	xchg	rdi, [rsp]			; save RDI, fetch the vector
	save_regs_but_rdi
	mov	rsi, rdi
	call_c	do_exception
	test	dword [gs:__preempt_count], NMI_MASK
	jz	return_from_exception

; IRET would let the next NMI in (SDM volume 3, section 6.7.1), which would start on top of the stack that the running
; one is using. An exception inside an NMI, such as a WARN, therefore returns without: FLAGS and IP go onto the
; interrupted stack, which has no red zone, right below where SP was; POPF and RET take them from there.
	mov	rax, [rsp + PT_REGS_SP]
	mov	rcx, [rsp + PT_REGS_IP]
	mov	rdx, [rsp + PT_REGS_FLAGS]
	mov	[rax - 8], rcx
	mov	[rax - 16], rdx
	sub	rax, 16
	mov	[rsp + PT_REGS_ORIG_AX], rax
	restore_regs
	mov	rsp, [rsp]			; what was put in place of orig_ax
	popfq
	ret

; The NMI has its own stack and can hit between any two instructions: in the middle of a context switch, with the
; preempt count about to change, inside a spinlock. It touches nothing that it does not put back, and never preempts.
nmi_entry:
	push	0				; orig_ax: no error code
	push	rdi
	save_regs_but_rdi
	call_c	do_nmi
	jmp	return_from_exception

; The exceptions that push an error code, one bit each (SDM volume 3, table 6-1). The others get a 0 in its place.
%define HAS_ERROR_CODE(vector) ((0x60227d00 >> (vector)) & 1)

%assign vector 0
%rep NR_EXCEPTIONS
exception_%+vector:
  %if !HAS_ERROR_CODE(vector)
	push	0
  %endif
	push	vector
	jmp	exception_common
  %assign vector vector + 1
%endrep
%rep NR_VECTORS - NR_EXCEPTIONS
interrupt_%+vector:
	push	~vector
	jmp	interrupt_common
  %assign vector vector + 1
%endrep

; Where each vector goes, for the IDT.
section .rodata
align 8
global entry_stubs
entry_stubs:
%assign vector 0
%rep NR_VECTORS
  %if vector = NMI_VECTOR
	dq	nmi_entry
  %elif vector < NR_EXCEPTIONS
	dq	exception_%+vector
  %elif vector = LOCAL_TIMER_VECTOR
	dq	timer_interrupt_stub
  %elif vector = CALL_FUNCTION_VECTOR
	dq	call_function_interrupt_stub
  %elif vector = RESCHEDULE_VECTOR
	dq	reschedule_interrupt_stub
  %elif vector = ERROR_APIC_VECTOR
	dq	error_interrupt_stub
  %elif vector = SPURIOUS_APIC_VECTOR
	dq	spurious_interrupt_stub
  %else
	dq	interrupt_%+vector
  %endif
  %assign vector vector + 1
%endrep

section .note.GNU-stack noalloc noexec nowrite progbits

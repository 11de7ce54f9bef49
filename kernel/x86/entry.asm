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
%include "asm/cfi.inc"

bits 64
default rel

extern do_exception, do_nmi
extern common_interrupt, timer_interrupt, reschedule_interrupt, call_function_interrupt
extern error_interrupt, spurious_interrupt
extern preempt_schedule_irq
extern __preempt_count

; A function that is entered with RSP pointing at a pt_regs, which debuggers are told.
%macro cfi_start_pt_regs 1			; name
	cfi_start_irq %1, 16
	cfi_rule CFA_OFFSET | CFI_rdi, 7, CFA_OFFSET | CFI_rsi, 8, CFA_OFFSET | CFI_rdx, 9, \
		CFA_OFFSET | CFI_rcx, 10, CFA_OFFSET | CFI_rax, 11, CFA_OFFSET | CFI_r8, 12, \
		CFA_OFFSET | CFI_r9, 13, CFA_OFFSET | CFI_r10, 14, CFA_OFFSET | CFI_r11, 15, \
		CFA_OFFSET | CFI_rbx, 16, CFA_OFFSET | CFI_rbp, 17, CFA_OFFSET | CFI_r12, 18, \
		CFA_OFFSET | CFI_r13, 19, CFA_OFFSET | CFI_r14, 20, CFA_OFFSET | CFI_r15, 21
%endmacro

; Push all registers but RDI, which the caller of the macro has seen to. CLD: the ABI wants it, and nothing promises
; that the interrupted code was not in the middle of a backward copy.
%macro save_regs_but_rdi 0
	push_saved rsi, rdx, rcx, rax, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15
	cld
	lea	rbp, [rsp + 1]
%endmacro

%macro restore_regs 0
	pop_saved r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi
%endmacro

; Call a C function with the pt_regs at RSP. The CPU aligned the stack before it pushed (SDM volume 3, section 6.14.2);
; 21 words later it is 8 bytes off what the ABI wants at a call.
%macro call_c 1
	mov	rdi, rsp
	sub	rsp, 8
	cfi_sp	8
	call	%1
	add	rsp, 8
	cfi_sp	-8
%endmacro

; Maskable interrupts. The vector number has its bits inverted so that orig_ax is negative for interrupts, and
; different from every error code. Frequent ones have the handler in their stub, all others share one.
%macro interrupt_stub 2				; vector, C handler
	cfi_start_irq %2_stub, 0
	push	~%1
	cfi_sp	8
	push_saved rdi
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

	cfi_start_irq interrupt_common, 1
	push_saved rdi
	save_regs_but_rdi
	call_c	common_interrupt
	; fall through

; Preempt? Only when the count says "preemptible and should be preempted" (the whole word is 0). Interrupts were on in
; the interrupted code, or it could not have been interrupted; code with interrupts off is safe from this exit.
global interrupt_return
	cfi_start_pt_regs interrupt_return
	cmp	dword [gs:__preempt_count], 0
	jne	return_from_exception
	call_c	preempt_schedule_irq

return_from_exception:
	restore_regs
	add	rsp, 8				; orig_ax
	cfi_sp	-8
	iretq

; Exceptions. The vector takes the place of RDI until it is needed.
	cfi_start_irq exception_common, 2
	xchg	rdi, [rsp]			; save RDI, fetch the vector
	cfi_saved rdi
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
  %assign cfi_cfa 16
	cfi_rule CFA_DEF_CFA, CFI_rsp, cfi_cfa, CFA_OFFSET | CFI_rip, 1, CFA_VAL_OFFSET, CFI_rsp, 0
	popfq
	cfi_sp	-8
	ret

; The NMI has its own stack and can hit between any two instructions: in the middle of a context switch, with the
; preempt count about to change, inside a spinlock. It touches nothing that it does not put back, and never preempts.
	cfi_start_irq nmi_entry, 0
	push	0				; orig_ax: no error code
	cfi_sp	8
	push_saved rdi
	save_regs_but_rdi
	call_c	do_nmi
	jmp	return_from_exception

; The exceptions that push an error code, one bit each (SDM volume 3, table 6-1). The others get a 0 in its place.
%define HAS_ERROR_CODE(vector) ((0x60227d00 >> (vector)) & 1)

%assign vector 0
%rep NR_EXCEPTIONS
	cfi_start_irq exception_%[vector], HAS_ERROR_CODE(vector)
  %if !HAS_ERROR_CODE(vector)
	push	0
	cfi_sp	8
  %endif
	push	vector
	cfi_sp	8
	jmp	exception_common
  %assign vector vector + 1
%endrep
%rep NR_VECTORS - NR_EXCEPTIONS
	cfi_start_irq interrupt_%[vector], 0
	push	~vector
	cfi_sp	8
	jmp	interrupt_common
  %assign vector vector + 1
%endrep
	cfi_end

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

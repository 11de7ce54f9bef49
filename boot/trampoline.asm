; SPDX-License-Identifier: MIT
;
; Where application processors start. A startup IPI with vector VV puts a CPU into real mode at VV00:0000 (Intel SDM
; volume 3, section 8.4.3; MultiProcessor specification, appendix B.4). The part between trampoline_start and
; trampoline_end is copied to such a page below 1 MiB, so it may only name addresses relative to that page. From real
; mode it crosses protected mode into long mode on the boot page tables, which map low memory where it is, and jumps to
; ap_start, which stays in the kernel's text. One CPU at a time takes this way.

%include "asm-offsets.inc"
%include "asm/cfi.inc"

extern boot_pml4
extern trampoline_args
extern start_secondary
global trampoline_start
global trampoline_end

CR0_PE		equ 1 << 0
CR0_PG		equ 1 << 31
CR4_PAE		equ 1 << 5
EFER_LME	equ 1 << 8
MSR_EFER	equ 0xc0000080
MSR_GS_BASE	equ 0xc0000101
CODE32		equ 0x08		; selectors of the table below
CODE64		equ 0x10
DATA		equ 0x18

%define at(label) ((label) - trampoline_start)

section .rodata
align 16
bits 16
trampoline_start:
	cli
	cld
	mov	ax, cs
	mov	ds, ax
	movzx	ebx, ax
	shl	ebx, 4				; the page's address, kept in EBX

	lea	eax, [ebx + at(gdt)]
	mov	[at(gdt_pointer) + 2], eax
	lea	eax, [ebx + at(protected)]
	mov	[at(far_protected)], eax
	lea	eax, [ebx + at(long_mode)]
	mov	[at(far_long)], eax

	o32 lgdt [at(gdt_pointer)]
	mov	eax, cr0
	or	eax, CR0_PE
	mov	cr0, eax
	jmp	far dword [at(far_protected)]

bits 32
protected:
	mov	ax, DATA
	mov	ds, ax
	mov	es, ax
	mov	ss, ax

	mov	eax, cr4			; SDM volume 3, section 9.8.5: PAE, CR3, LME, then paging
	or	eax, CR4_PAE
	mov	cr4, eax
	mov	eax, boot_pml4
	mov	cr3, eax
	mov	ecx, MSR_EFER
	rdmsr
	or	eax, EFER_LME
	wrmsr
	mov	eax, cr0
	or	eax, CR0_PG
	mov	cr0, eax
	jmp	far dword [ebx + at(far_long)]

bits 64
long_mode:
	mov	rax, ap_start
	jmp	rax

align 8
gdt:						; SDM volume 3, section 3.4.5
	dq	0
	dq	0x00cf9b000000ffff		; CODE32: flat, execute/read
	dq	0x00af9b000000ffff		; CODE64
	dq	0x00cf93000000ffff		; DATA: flat, read/write
gdt_pointer:
	dw	gdt_pointer - gdt - 1
	dd	0				; the three zeros are filled in above
far_protected:
	dd	0
	dw	CODE32
far_long:
	dd	0
	dw	CODE64
trampoline_end:

; At the kernel's own address now: take over what the boot CPU has in its control registers. EFER comes before CR3,
; since the kernel's page tables have no-execute bits.
section .text
bits 64
default rel
	cfi_start_last ap_start
	xor	eax, eax
	mov	fs, eax
	mov	gs, eax
	mov	ecx, MSR_EFER
	mov	eax, [trampoline_args + AP_EFER]
	mov	edx, [trampoline_args + AP_EFER + 4]
	wrmsr
	mov	rax, [trampoline_args + AP_CR4]
	mov	cr4, rax
	mov	rax, [trampoline_args + AP_CR0]
	mov	cr0, rax
	mov	rax, [trampoline_args + AP_CR3]
	mov	cr3, rax
	mov	ecx, MSR_GS_BASE
	mov	eax, [trampoline_args + AP_GS_BASE]
	mov	edx, [trampoline_args + AP_GS_BASE + 4]
	wrmsr
	mov	rsp, [trampoline_args + AP_STACK]
	xor	ebp, ebp			; the stack trace ends here
	push	rbp
	push	rbp
	call	start_secondary
	ud2					; it does not return
	cfi_end

section .note.GNU-stack noalloc noexec nowrite progbits

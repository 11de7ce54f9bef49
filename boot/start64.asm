; SPDX-License-Identifier: MIT
;
; The first 64-bit code, at its final address: makes CPU 0's per-CPU data, since C code reads %gs from its first line,
; moves to the stack of the first task and calls start_kernel(magic, info).

bits 64
default rel

%include "asm-offsets.inc"
%include "asm/cfi.inc"

extern start_kernel
extern __per_cpu_start
extern __per_cpu_end
extern __boot_percpu
extern __per_cpu_offset
extern this_cpu_off
global start64
global init_stack

MSR_GS_BASE	equ 0xc0000101

section .text
	cfi_start_last start64
	mov r12d, edi			; magic
	mov r13, rsi			; info, physical

	mov rsi, __per_cpu_start	; copy the template
	mov rdi, __boot_percpu
	mov rcx, __per_cpu_end
	sub rcx, rsi
	mov rax, rdi			; GS base = copy - template
	sub rax, rsi
	rep movsb
	mov [__per_cpu_offset], rax	; entry 0
	mov rdx, rax
	shr rdx, 32
	mov ecx, MSR_GS_BASE
	wrmsr
	mov rax, [__per_cpu_offset]
	mov [gs:this_cpu_off], rax

	lea rsp, [init_stack + THREAD_SIZE]
	xor ebp, ebp			; the stack trace ends here
	push rbp
	push rbp
	mov edi, r12d
	mov rsi, r13
	call start_kernel
	ud2				; start_kernel() does not return
	cfi_end

section .bss..init_stack nobits alloc noexec write align=16384
init_stack:
	resb THREAD_SIZE

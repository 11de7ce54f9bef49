; SPDX-License-Identifier: MIT
;
; From the boot loader to long mode. Both loaders enter in 32-bit protected mode, paging off, interrupts off, flat
; segments; Multiboot2 with eax = its magic number and ebx = its information, PVH with ebx = hvm_start_info. All we need
; is a CPU with long mode and NX, the page tables of pagetables.asm and a GDT; then start64.asm goes on.

bits 32

%include "asm/cfi.inc"

extern boot_pml4
extern start64
global multiboot2_start
global pvh_start
global boot_gdt_pointer

PVH_MAGIC	equ 0x336ec578		; the first word of hvm_start_info
CR0_PE		equ 1 << 0
CR0_MP		equ 1 << 1
CR0_ET		equ 1 << 4
CR0_NE		equ 1 << 5
CR0_WP		equ 1 << 16
CR0_PG		equ 1 << 31
CR4_PAE		equ 1 << 5
MSR_EFER	equ 0xc0000080
EFER_LME	equ 1 << 8
EFER_NXE	equ 1 << 11
CPUID_NX	equ 1 << 20		; leaf 0x80000001, edx
CPUID_LM	equ 1 << 29
KERNEL_CS	equ 0x10
KERNEL_DS	equ 0x18
COM1		equ 0x3f8
VGA_TEXT	equ 0xb8000
VGA_LIGHT_RED	equ 0x0c

section .boot.text progbits alloc exec nowrite align=16
	cfi_start_last pvh_start
	mov eax, PVH_MAGIC
multiboot2_start:
	cli
	cld
	mov esp, boot_stack_top
	mov edi, eax			; the arguments of start_kernel(magic, info), where C wants them
	mov esi, ebx

	mov eax, 0x80000000		; does the extended leaf exist?
	cpuid
	cmp eax, 0x80000001
	jb unsupported
	mov eax, 0x80000001
	cpuid
	and edx, CPUID_LM | CPUID_NX
	cmp edx, CPUID_LM | CPUID_NX
	jne unsupported

	mov eax, CR4_PAE		; SDM volume 3, section 9.8.5: PAE, CR3, LME, then paging
	mov cr4, eax
	mov eax, boot_pml4
	mov cr3, eax
	mov ecx, MSR_EFER
	rdmsr
	or eax, EFER_LME | EFER_NXE
	wrmsr
	mov eax, CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE
	mov cr0, eax
	lgdt [boot_gdt_pointer]
	jmp KERNEL_CS:long_mode

unsupported:				; say so on the screen and on COM1, as set up by the firmware
	mov esi, message
	mov edi, VGA_TEXT
.next:
	lodsb
	test al, al
	jz .halt
	mov ah, VGA_LIGHT_RED
	stosw
	mov dx, COM1
	out dx, al
	jmp .next
.halt:
	hlt
	jmp .halt

bits 64
long_mode:
	mov eax, KERNEL_DS
	mov ds, eax
	mov es, eax
	mov ss, eax
	xor eax, eax
	mov fs, eax
	mov gs, eax
	mov edi, edi			; the upper halves are undefined after the switch
	mov esi, esi
	mov rax, start64
	jmp rax
	cfi_end

section .boot.data progbits alloc noexec write align=4096
	align 8, db 0
boot_gdt:				; SDM volume 3, section 3.4.5
	dq 0
	dq 0
	dq 0x00af9b000000ffff		; KERNEL_CS: 64-bit code
	dq 0x00cf93000000ffff		; KERNEL_DS: data
boot_gdt_end:
boot_gdt_pointer:
	dw boot_gdt_end - boot_gdt - 1
	dq boot_gdt
message:
	db "Catnap needs a 64-bit CPU with no-execute pages (CPUID 0x80000001: LM and NX).", 13, 10, 0
	align 16, db 0
	times 256 db 0
boot_stack_top:

; SPDX-License-Identifier: MIT
;
; The page tables of the first moments, laid out by the assembler so that no code has to. The first 4 GiB of physical
; memory appear three times: where they are, at PAGE_OFFSET, and (the first GiB) at KERNEL_BASE, in 2 MiB pages with all
; rights. paging_init() replaces them; application processors cross them on their way up (see boot/trampoline.asm).

global boot_pml4

PRESENT_RW	equ 0x003
LARGE_PAGE	equ 0x080		; in a page directory: maps 2 MiB itself (SDM volume 3, table 4-17)

section .boot.data progbits alloc noexec write align=4096
boot_pml4:
	dq pdpt_low + PRESENT_RW	; entry 0: identity
	times 272 dq 0
	dq pdpt_low + PRESENT_RW	; entry 273: PAGE_OFFSET, 0xffff888000000000
	times 511 - 274 dq 0
	dq pdpt_high + PRESENT_RW	; entry 511: KERNEL_BASE, 0xffffffff80000000
pdpt_low:
%assign gib 0
%rep 4
	dq page_directories + gib * 4096 + PRESENT_RW
%assign gib gib + 1
%endrep
	times 508 dq 0
pdpt_high:
	times 510 dq 0
	dq page_directories + PRESENT_RW
	dq 0
page_directories:
%assign page 0
%rep 4 * 512
	dq page * 0x200000 + PRESENT_RW + LARGE_PAGE
%assign page page + 1
%endrep

; SPDX-License-Identifier: MIT
;
; What a boot loader looks for in the file. GRUB wants a Multiboot2 header (Multiboot2 specification, section 3.1) and
; enters at the ELF entry point; `qemu -kernel` and other PVH loaders want a Xen note with the entry address (Xen's
; docs/misc/pvh.pandoc). Both load the segments at their physical addresses and enter in 32-bit mode without paging.

extern pvh_start

MB2_MAGIC	equ 0xe85250d6
MB2_ARCH_I386	equ 0
MB2_TAG_END	equ 0
MB2_TAG_CONSOLE	equ 4
XEN_ELFNOTE_PHYS32_ENTRY equ 18

section .boot.header progbits alloc noexec nowrite align=8
header:
	dd MB2_MAGIC
	dd MB2_ARCH_I386
	dd header_end - header
	dd 0x100000000 - (MB2_MAGIC + MB2_ARCH_I386 + (header_end - header))

	dw MB2_TAG_CONSOLE, 0		; we know how to write to an EGA text screen (bit 1)
	dd 12, 2
	align 8, db 0
	dw MB2_TAG_END, 0
	dd 8
header_end:

section .boot.note progbits alloc noexec nowrite align=4
	dd name_end - name
	dd 8
	dd XEN_ELFNOTE_PHYS32_ENTRY
name:	db "Xen", 0
name_end:
	dq pvh_start

# SPDX-License-Identifier: MIT
"""Catnap's commands for GDB, a module a topic. See catnap.py beside this directory."""

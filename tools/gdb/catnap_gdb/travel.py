# SPDX-License-Identifier: MIT
"""Time travel in a recording."""

"""Copies of an installation that survive it, and the way back from one."""

"""Rows of cells: the columns, their check, the marked file."""

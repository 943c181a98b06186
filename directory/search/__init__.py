"""The search: its indexes, its SQL, the order of what it finds."""

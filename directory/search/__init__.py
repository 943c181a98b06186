"""The search: its indexes, its SQL, the ranking of matches, and their highlighting."""

"""A run: the set of changes that a file asks for, from asking to undoing."""

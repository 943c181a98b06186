"""A code of one's telephone beside the password."""

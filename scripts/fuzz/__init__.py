"""Look for files on which the reader or the check crashes or hangs: `make fuzz`."""

"""Looks for files that the reader or the check does not end cleanly: `make fuzz`."""

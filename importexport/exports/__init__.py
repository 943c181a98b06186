"""Contacts go out: the file, its stamp, the journal."""

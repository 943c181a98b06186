"""Contacts go out: files, their stamp, the journal."""

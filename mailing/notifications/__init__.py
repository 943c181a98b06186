"""A member is notified: each recipient of the topic gets a mail."""

"""A member is told something: each recipient of the topic gets a mail."""

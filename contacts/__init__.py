"""The contacts of a member, and who receives what."""

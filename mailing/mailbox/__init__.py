"""A mailbox on this machine, for trying the site."""

"""Contact files on the command line."""

"""One module for each command, with the name that one types."""

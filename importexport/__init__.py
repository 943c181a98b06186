"""The contact file: how all contacts go out and come in."""

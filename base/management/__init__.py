"""Commands of the base app."""

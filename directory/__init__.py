"""The lists: which members are shown, in which order, and the search."""

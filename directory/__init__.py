"""The lists of members: filters, order, pages, and the search."""

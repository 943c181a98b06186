"""Members: professional clients, suppliers and individuals."""

"""Messages that staff write to members."""

"""The contacts of members, and which topics they hear of."""

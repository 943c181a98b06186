"""The door for other software: tokens, addresses, OpenAPI."""

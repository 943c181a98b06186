"""Who works with the site: accounts, roles, sign-in, second factor, end of session."""

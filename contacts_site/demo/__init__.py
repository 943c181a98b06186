"""Invented members and contacts, the same each time, to try the site.

Nobody in it exists: the telephone numbers are those that ARCEP reserves for fiction, and the mail
domains are reserved for examples. The word lists are `people`, `places`, `posts`, `notes` and
`organisations`; `members` and `contacts` draw one member and its contacts; `building` draws the
small demo and `filling` stores it; `crowd` does both for any size.
"""

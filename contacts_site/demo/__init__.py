"""Invented members and contacts, the same each time, for trying the site out.

Nobody in it exists: telephone numbers are those ARCEP keeps for fiction, mail goes nowhere.
The word lists are `people`, `places`, `posts`, `notes` and `organisations`; `members` and
`contacts` make one of each; `building` makes them all, and `filling` stores them.
"""

"""Measure contact files, screens, search and mail: `make bench`; people at work: `make load`.

The parent process (__main__, parts, files, mail) has no Django. Each case runs in a process of
its own (child), on a fresh copy of a database that filling has filled.
"""

"""What contact files and pages cost, beside django-import-export in the same run: `make bench`.

`python -m benchmarks --help` tells the options. The parent process (__main__, stores, running,
tables) stays without Django; every case runs in a process of its own (child), on a fresh copy of
a database that was filled once (filling). `ours` and `peer` hold the work that is compared.
Mail (mail, mails) is held to Django's own way of sending it, to a server of its own (mail_sink).
"""

"""Mail on its way: queued in the caller's transaction, sent by a worker."""

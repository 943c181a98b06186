"""Mail: on its way, messages of staff to members, notifications."""

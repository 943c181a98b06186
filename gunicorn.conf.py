"""What gunicorn reads by itself when it is started in this folder."""

logger_class = "contacts_site.server_log.ServerLog"

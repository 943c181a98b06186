"""The app's declaration."""

from django.apps import AppConfig

from base.upkeep import do_daily, look_after


class MailingConfig(AppConfig):
    """The mailing app."""

    name = "mailing"
    verbose_name = "Courrier"

    def ready(self) -> None:
        """Have workers look after mail that is due, and tidy up once a day."""
        from mailing.messages.preparation import prepare_overdue
        from mailing.outbox.attachments import remove_orphaned_files
        from mailing.outbox.tasks import ask_for_due_delivery, forget_old_deliveries

        look_after(prepare_overdue)
        look_after(ask_for_due_delivery)
        do_daily(forget_old_deliveries)
        do_daily(remove_orphaned_files)

"""What the API keeps of its own: the first answers to requests that may be sent again."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class IdempotencyKey(models.Model):
    """One POST that was done, and what was answered. Written in the transaction of what it did."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    # Says which of two requests at the same moment wrote the row.
    token = models.CharField(max_length=32)
    # Of the method, the address and the body.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        # The hourly chore forgets the oldest.
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]
        constraints = [
            # This is the lock: of two requests at the same moment one waits here for the other.
            models.UniqueConstraint(fields=["user", "key"], name="one_answer_a_key"),
            # 5xx and 409 may turn out otherwise next time.
            models.CheckConstraint(
                condition=Q(status=None) | Q(status__gte=200, status__lt=500) & ~Q(status=409),
                name="idempotency_kept_status",
            ),
        ]

    def __str__(self) -> str:
        return self.key

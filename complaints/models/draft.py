from django.conf import settings
from django.db import models


class Draft(models.Model):
    """An intake form as it stands while the customer talks; its owner alone sees it. Source: DOMAIN.md 10.13."""

    key = models.UUIDField(unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    # The form's fields as posted: {name: [values]}.
    fields = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["user", "-updated_at"], name="draft_of_user")]

    def __str__(self) -> str:
        return str(self.key)

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ComplaintLink(models.Model):
    """Two complaints that belong together; the lower id stands first, so a pair exists once."""

    class Relation(models.TextChoices):
        SAME_MATTER = "same_matter", _("Perhaps the same matter")
        RELATED = "related", _("Related")

    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="links")
    other = models.ForeignKey("Complaint", models.CASCADE, related_name="links_back")
    relation = models.CharField(max_length=16, choices=Relation, default=Relation.RELATED)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "other"], name="one_link_a_pair"),
            models.CheckConstraint(condition=Q(complaint__lt=F("other")), name="link_lower_id_first"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} – {self.other_id}"

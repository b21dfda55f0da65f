from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.codes import TemplatePurpose

TEXT_LIMIT = 4000


class MessageTemplate(models.Model):
    """A text to begin a message with, in one language; managers write them. Its named places are filled in."""

    purpose = models.CharField(_("purpose"), max_length=16, choices=TemplatePurpose)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    name = models.CharField(_("name"), max_length=80)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"))
    is_active = models.BooleanField(_("is offered"), default=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["language", "id"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "language", "name"], name="one_template_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("complaints:edit_template", args=[self.pk])


class MessageTemplateVersion(models.Model):
    """What a template said in one version; none is ever changed."""

    template = models.ForeignKey(MessageTemplate, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    is_active = models.BooleanField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["template", "version"], name="one_text_a_template_version"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.version}"

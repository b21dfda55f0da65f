import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from complaints.querysets import GuidanceCardQuerySet

LONGEST_TITLE = 120


class GuidanceCard(models.Model):
    """What helps in a talk, what to avoid, and sentences to say, with what it fits. Source: DOMAIN.md 3.7.

    The lists are codes, and an empty one fits everything. Texts hold one thing a line; one language may be missing.
    """

    # The starter set's own name for it; what a manager writes has none.
    code = models.SlugField(_("code"), max_length=64, blank=True)
    steps: Any = models.JSONField(_("steps"), default=list, blank=True)
    temperaments: Any = models.JSONField(_("customer types"), default=list, blank=True)
    categories: Any = models.JSONField(_("categories"), default=list, blank=True)
    skills: Any = models.JSONField(_("skills"), default=list, blank=True)
    situations: Any = models.JSONField(_("situations"), default=list, blank=True)
    title_en = models.CharField(_("title in English"), max_length=LONGEST_TITLE, blank=True)
    helps_en = models.TextField(blank=True)
    avoid_en = models.TextField(blank=True)
    say_en = models.TextField(blank=True)
    title_zh = models.CharField(_("title in Chinese"), max_length=LONGEST_TITLE, blank=True)
    helps_zh = models.TextField(blank=True)
    avoid_zh = models.TextField(blank=True)
    say_zh = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_archived = models.BooleanField(_("archived"), default=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    objects = GuidanceCardQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        default_permissions = ()
        verbose_name = _("guidance card")
        verbose_name_plural = _("guidance cards")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="one_guidance_card_a_code"),
            # Two cards of one name could not be told apart where only the name is shown.
            models.UniqueConstraint(
                fields=["title_en"], condition=Q(is_archived=False) & ~Q(title_en=""), name="one_guidance_title_en"
            ),
            models.UniqueConstraint(
                fields=["title_zh"], condition=Q(is_archived=False) & ~Q(title_zh=""), name="one_guidance_title_zh"
            ),
            models.CheckConstraint(condition=~Q(title_en="") | ~Q(title_zh=""), name="guidance_card_has_a_title"),
            models.CheckConstraint(condition=Q(version__gte=1), name="guidance_card_counts_from_one"),
        ]

    def __str__(self) -> str:
        first, second = self.title_en, self.title_zh
        if (get_language() or "").startswith("zh"):
            first, second = second, first
        return first or second

    def get_absolute_url(self) -> str:
        return reverse("complaints:guidance_card", args=[self.pk])


class GuidanceVersion(models.Model):
    """A card as it was written at one time. Append-only: triggers refuse changes."""

    card = models.ForeignKey(GuidanceCard, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    content: Any = models.JSONField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["card", "-version"]
        default_permissions = ()
        constraints = [
            # Two people who write on what they both saw: the second is told.
            models.UniqueConstraint(fields=["card", "version"], name="one_guidance_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="guidance_version_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.card_id} {self.version}"


class GuidanceMark(models.Model):
    """One row, new with each change of any card: by it a process knows that the cards it read still hold.

    Its lock orders all writes on cards. There is none before the first card.
    """

    mark = models.UUIDField(default=uuid.uuid4)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.mark)

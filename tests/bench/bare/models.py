from typing import ClassVar

from django.db import models
from django.db.models import Q


class Ticket(models.Model):
    """As little as a ticket can be."""

    title = models.CharField(max_length=160)
    text = models.TextField()
    place = models.CharField(max_length=40)
    owner = models.CharField(max_length=40)
    is_open = models.BooleanField()
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Ticket"]] = models.Manager()

    class Meta:
        app_label = "bare"
        indexes = [models.Index(fields=["-created_at"], condition=Q(is_open=True), name="ticket_open")]

    def __str__(self) -> str:
        return self.title

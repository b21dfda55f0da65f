"""Makes the demonstration: a fictional house with people, customers, sales and complaints in every state."""

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Department
from complaints.categories import ensure_starter_categories
from complaints.demo.house import build_house
from complaints.demo.learned import learn
from complaints.demo.people import invite_people
from complaints.demo.stories import tell_stories
from complaints.guidance.starter import ensure_starter_guidance
from complaints.message_templates import ensure_starter_templates
from complaints.root_causes import ensure_starter_root_causes
from customers.models import Customer

# Whoever has this department has the demonstration.
MARK = "west-lake"


class Command(BaseCommand):
    help = "Make the demonstration, once: a fictional house with complaints in every state."

    def handle(self, *args: Any, **options: Any) -> None:
        if Department.objects.filter(code=MARK).exists():
            self.stdout.write("The demonstration is there already.")
            return
        if Department.objects.exists():
            raise CommandError("This is somebody's house already; a demonstration is only made in an empty one.")
        with transaction.atomic():
            ensure_starter_categories()
            ensure_starter_guidance()
            ensure_starter_root_causes()
            ensure_starter_templates()
            build_house()
            invite_people()
            told = tell_stories()
            learn()
        self.stdout.write(f"West Lake Motors (demo): {Customer.objects.count()} customers, {told} complaints.")

"""What this app keeps: which week each department's leaders are told of next. The figures themselves are events."""

from django.db import models


class WeekDue(models.Model):
    """The next week of one department that its leaders are told of, by its Monday.

    When that is due follows from the department's zone and the policy, so neither needs this row changed.
    """

    department = models.OneToOneField("accounts.Department", models.CASCADE, related_name="week_due")
    monday = models.DateField()

    class Meta:
        default_permissions = ()
        indexes = [
            # Read by the sweep: the departments whose week may be over.
            models.Index(fields=["monday"], name="week_due_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.monday}"

from django.db import models


class Counter(models.Model):
    """The last number given out of one series, for instance complaints of 2026."""

    series = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="one_counter_a_series_and_year")]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}: {self.last}"

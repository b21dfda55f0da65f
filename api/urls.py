"""Each noun writes its own paths; here they are only put together. A slash at the end works too."""

from django.urls import register_converter

from api import converters

register_converter(converters.Id, "id")
register_converter(converters.Word, "word")

from api.nouns import (  # noqa: E402
    attachments,
    causes,
    complaints,
    complaints_outside,
    complaints_questions,
    complaints_talks,
    complaints_verbs,
    customers,
    document,
    events,
    groups,
    guidance,
    health,
    house,
    learned,
    metrics,
    policies,
    proposals,
    reports,
    sales,
    tasks,
    templates,
)

app_name = "api"
urlpatterns = [
    *document.urlpatterns,
    *health.urlpatterns,
    *house.urlpatterns,
    *complaints.urlpatterns,
    *complaints_questions.urlpatterns,
    *complaints_talks.urlpatterns,
    *complaints_verbs.urlpatterns,
    *attachments.urlpatterns,
    *reports.urlpatterns,
    *complaints_outside.urlpatterns,
    *templates.urlpatterns,
    *groups.urlpatterns,
    *tasks.urlpatterns,
    *proposals.urlpatterns,
    *customers.urlpatterns,
    *sales.urlpatterns,
    *policies.urlpatterns,
    *events.urlpatterns,
    *guidance.urlpatterns,
    *causes.urlpatterns,
    *learned.urlpatterns,
    *metrics.urlpatterns,
]

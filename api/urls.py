"""Each noun writes its own paths; here they are only put together. A slash at the end works too."""

from django.urls import register_converter

from api import converters

register_converter(converters.Id, "id")
register_converter(converters.Word, "word")

from api.nouns import customers, document, events, health, house, policies, sales  # noqa: E402

app_name = "api"
urlpatterns = [
    *document.urlpatterns,
    *health.urlpatterns,
    *house.urlpatterns,
    *customers.urlpatterns,
    *sales.urlpatterns,
    *policies.urlpatterns,
    *events.urlpatterns,
]

"""Paths of the front page, the intake form and the search, in full; those of one complaint come from `urls_case`."""

from django.urls import path

from complaints.urls_case import case_urls
from complaints.urls_together import together_urls
from complaints.views import intake, queue, search

app_name = "complaints"

queue_urls = [
    path("", queue.now, name="queue"),
    path("queue/changes/", queue.changes, name="queue_changes"),
    path("complaints/<number:number>/take/", queue.take, name="take"),
    path("complaints/<number:number>/report/confirm/", queue.confirm_report, name="confirm_report"),
]

intake_urls = [
    path("complaints/new/", intake.new, name="new"),
    path("complaints/new/assess/", intake.assess, name="assess"),
    path("complaints/new/draft/", intake.draft, name="draft"),
    path("complaints/new/discard/", intake.discard, name="discard_draft"),
    path("complaints/new/saved/<number:number>/", intake.saved, name="saved"),
]

search_urls = [
    path("search/", search.find, name="search"),
]

urlpatterns = [*queue_urls, *intake_urls, *search_urls, *together_urls, *case_urls]

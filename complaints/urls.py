"""Paths of the front page, the intake form and the search, in full; those of one complaint come from `urls_case`."""

from django.urls import path

from complaints.urls_case import case_urls
from complaints.urls_causes import cause_urls
from complaints.urls_together import together_urls
from complaints.views import coaching, guidance, intake, intake_files, queue, search, templates, written_report

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
    path("complaints/new/files/", intake_files.add, name="add_draft_files"),
    path("complaints/new/files/<int:attachment_id>/drop/", intake_files.drop, name="drop_draft_file"),
    path("complaints/new/files/<int:attachment_id>/picture/", intake_files.picture, name="draft_picture"),
    path("complaints/new/files/<int:attachment_id>/file/", intake_files.download, name="draft_file"),
    path("complaints/new/saved/<number:number>/", intake.saved, name="saved"),
]

search_urls = [
    path("search/", search.find, name="search"),
]

coaching_urls = [
    path("coaching/", coaching.show, name="coaching"),
]

CARD = "guidance/<int:card_id>/"

guidance_urls = [
    path("guidance/", guidance.guidance, name="guidance"),
    path("guidance/new/", guidance.new_card, name="new_guidance_card"),
    path("guidance/starter/", guidance.add_starter, name="add_starter_guidance"),
    path(CARD, guidance.card, name="guidance_card"),
    path(f"{CARD}edit/", guidance.edit_card, name="edit_guidance_card"),
    path(f"{CARD}archive/", guidance.archive, name="archive_guidance_card"),
    path(f"{CARD}restore/", guidance.restore, name="restore_guidance_card"),
]

report_urls = [
    path("reports/", written_report.to_read, name="reports_to_read"),
]

template_urls = [
    path("message-templates/", templates.show, name="template_list"),
    path("message-templates/new/", templates.edit, name="new_template"),
    path("message-templates/starter/", templates.add_starter, name="starter_templates"),
    path("message-templates/<int:template_id>/", templates.edit, name="edit_template"),
]

urlpatterns = [
    *queue_urls,
    *intake_urls,
    *search_urls,
    *coaching_urls,
    *guidance_urls,
    *report_urls,
    *template_urls,
    *together_urls,
    *case_urls,
    *cause_urls,
]

"""Paths of proposals, in full."""

from django.urls import path

from compensation import views
from complaints.urls_case import ONE

app_name = "compensation"

urlpatterns = [
    path("approvals/", views.inbox, name="inbox"),
    path(f"{ONE}proposal/", views.versions, name="versions"),
    path(f"{ONE}proposal/write/", views.write, name="write"),
    path(f"{ONE}proposal/submit/", views.submit, name="submit"),
    path(f"{ONE}proposal/approve/", views.approve, name="approve"),
    *(path(f"{ONE}proposal/{name}/", views.ask, {"name": name}, name=name) for name in views.QUESTIONS),
]

from django.urls import path

from insights import views

app_name = "insights"
urlpatterns = [
    path("figures/weeks/", views.weeks, name="weeks"),
    path("figures/weeks/complaints/", views.cases, name="cases"),
]

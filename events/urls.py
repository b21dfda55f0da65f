from django.urls import path

from events import views

app_name = "events"
urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/bell/", views.bell, name="bell"),
    path("notifications/read/", views.read_all, name="read_all"),
    path("notifications/<int:notification_id>/", views.open_notification, name="open"),
]

from django.urls import path

from accounts import views
from core.views import not_found

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("lock/", views.lock, name="lock"),
    # allauth would let everybody change the address that their administrator gave them.
    path("accounts/email/", not_found),
]

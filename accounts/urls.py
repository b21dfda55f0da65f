from django.urls import path

from accounts import views, views_keys, views_sessions
from core.views import not_found

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/sessions/", views_sessions.sessions, name="sessions"),
    path("profile/sessions/end-others/", views_sessions.end_others, name="end_other_sessions"),
    path("profile/sessions/<int:session_id>/end/", views_sessions.end_one, name="end_session"),
    path("profile/keys/", views_keys.keys, name="keys"),
    path("profile/keys/new/", views_keys.new_key, name="new_key"),
    path("profile/keys/<int:key_id>/revoke/", views_keys.revoke_key, name="revoke_key"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("lock/", views.lock, name="lock"),
    # allauth would let everybody change the address that their administrator gave them.
    path("accounts/email/", not_found),
]

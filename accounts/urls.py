from django.urls import path

from accounts import views, views_keys, views_service, views_sessions
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
    path("service-accounts/", views_service.service_accounts, name="service_accounts"),
    path("service-accounts/new/", views_service.new_service_account, name="new_service_account"),
    path("service-accounts/<int:account_id>/", views_service.service_account, name="service_account"),
    path("service-accounts/<int:account_id>/edit/", views_service.edit_service_account, name="edit_service_account"),
    path("service-accounts/<int:account_id>/roles/", views_service.ask_rights, name="ask_rights"),
    path(
        "service-accounts/<int:account_id>/roles/<int:request_id>/confirm/",
        views_service.confirm,
        name="confirm_rights",
    ),
    path(
        "service-accounts/<int:account_id>/roles/<int:request_id>/refuse/", views_service.refuse, name="refuse_rights"
    ),
    path("service-accounts/<int:account_id>/stop/", views_service.stop, name="stop_service_account"),
    path("service-accounts/<int:account_id>/start/", views_service.start, name="start_service_account"),
    path("service-accounts/<int:account_id>/keys/new/", views_keys.new_service_key, name="new_service_key"),
    path(
        "service-accounts/<int:account_id>/keys/<int:key_id>/revoke/",
        views_keys.revoke_service_key,
        name="revoke_service_key",
    ),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("lock/", views.lock, name="lock"),
    # allauth would let everybody change the address that their administrator gave them.
    path("accounts/email/", not_found),
]

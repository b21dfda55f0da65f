"""Each app writes its own paths in full; here they are only put together."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path

from core.views import not_found

# One way to sign in, with its limits on guessing.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("insights.urls")),
    path("", include("complaints.urls")),
    path("", include("compensation.urls")),
    path("", include("deadlines.urls")),
    path("", include("customers.urls")),
    path("", include("accounts.urls")),
    path("", include("events.urls")),
    path("", include("core.urls")),
    path("api/v1/", include("api.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/second-factor/", include("allauth.mfa.urls")),
    # It leads to any object by its id, and so would tell an administrator the numbers of complaints.
    re_path("^admin/r/", not_found),
    path("admin/", admin.site.urls),
]

handler400 = "api.handlers.bad_request"
handler403 = "api.handlers.forbidden"
handler404 = "api.handlers.not_found"
handler500 = "api.handlers.server_error"
# allauth asks for it, Django does not know it.
handler429 = "accounts.views.too_many_tries"

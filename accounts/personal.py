"""Which columns of this app tell of a person. Staff are users; their names stay with what they did."""

from core.personal import impersonal, personal

personal("accounts.User", "name", "email", "phone", "username")
impersonal("accounts.User", "language", "password", "theme")
impersonal("accounts.ApiKey", "hash", "name", "prefix", "scopes")
impersonal("accounts.Calendar", "country", "name", "time_zone")
impersonal("accounts.CalendarException", "reason", "slots")
impersonal("accounts.Department", "address", "code", "language", "name", "path", "phone")
impersonal("accounts.RightsRequest", "reason", "roles", "state")
impersonal("accounts.RoleGrant", "role")
impersonal("accounts.ServiceAccount", "purpose")
impersonal("core.Counter", "series")

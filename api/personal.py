"""Which columns of this app tell of a person."""

from core.personal import impersonal, personal

personal("api.IdempotencyKey", "body")
impersonal("api.IdempotencyKey", "fingerprint", "headers", "key", "token")

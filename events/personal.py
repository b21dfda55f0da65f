"""Which columns of this app may tell of a person. Events hold references, values and digests, never words."""

from core.personal import impersonal, personal

impersonal("events.Event", "subject_type", "type", "data_text", "previous_hash", "hash")
impersonal("events.EventHead", "subject_type", "hash")
impersonal("events.EventCheckpoint", "digest", "previous_signature", "signature")
# Blanking the text without its salt would leave something to guess against.
personal("events.TextRevision", "text", "salt")
impersonal("events.TextRevision", "subject_type", "field")
personal("events.OutboxMessage", "recipient", "payload", "last_error")
impersonal("events.OutboxMessage", "key", "channel", "state", "lease_token", "provider_id")
personal("events.Notification", "values_text")
impersonal("events.Notification", "code", "key", "url")

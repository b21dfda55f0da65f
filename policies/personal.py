"""Policies tell of the house, not of customers."""

from core.personal import impersonal

impersonal("policies.Policy", "key")
impersonal("policies.PolicyVersion", "key", "value")

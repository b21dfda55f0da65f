"""Which columns of this app tell of a person, for erasure and export."""

from core.personal import impersonal, personal

personal(
    "customers.Customer",
    "name",
    "company",
    "address",
    "vip_reason",
    "temperament",
    "preferred_contact",
    "preferred_hours",
)
impersonal("customers.Customer", "kind", "language")
personal("customers.ContactPoint", "typed", "normalized", "digits", "digits_reversed")
impersonal("customers.ContactPoint", "kind")
# The id there leads to the person in the other system.
personal("customers.ExternalId", "external_id")
impersonal("customers.ExternalId", "source")
impersonal(
    "customers.Sale",
    "source", "external_id", "product_name", "product_code", "specification", "batch", "currency", "status",
)  # fmt: skip

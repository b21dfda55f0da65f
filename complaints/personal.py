"""Which columns of this app hold personal text, for erasure and export."""

from core.personal import impersonal, personal

personal(
    "complaints.Complaint",
    "title", "description", "contact_name", "contact_phone", "contact_phone_normalized", "contact_email",
    "contact_address", "company", "preferred_contact", "preferred_time", "representative_name",
    "representative_authority", "representative_proof", "happened_where", "people_involved", "product_symptom",
    "product_before", "cost_of_waiting", "end_reason",
)  # fmt: skip
impersonal(
    "complaints.Complaint",
    "number", "channel", "language", "phase", "product_name", "product_specification", "product_batch", "demands",
    "currency", "upset", "threats", "triage", "reach", "state", "nature", "fault", "satisfaction_before",
    "satisfaction", "outcome", "relief",
)  # fmt: skip
impersonal("complaints.Category", "code", "name_en", "name_zh")
impersonal("complaints.ExternalReference", "source", "external_id")
personal("complaints.StepRecord", "text")
impersonal("complaints.StepRecord", "step", "remedy_kinds", "satisfaction")
personal("complaints.DeskChange", "note")
impersonal("complaints.DeskChange", "what")
personal("complaints.OralReport", "note")
impersonal("complaints.SelfAssessment", "answers")
personal("complaints.Communication", "summary")
impersonal("complaints.Communication", "direction", "medium")
personal("complaints.Promise", "what", "by_whom")
impersonal("complaints.Promise", "form")
personal("complaints.Draft", "fields")
impersonal("complaints.ComplaintLink", "relation")
personal("complaints.StageRecord", "text", "wish", "evidence", "remains_open")
impersonal("complaints.StageRecord", "step", "nature", "fault", "satisfaction_before")
personal("complaints.CaseQuestion", "question", "answer")
impersonal("complaints.CaseQuestion", "kind")
personal("complaints.Referral", "reference")
impersonal("complaints.Referral", "to")

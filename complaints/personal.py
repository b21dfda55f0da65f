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
personal("complaints.Communication", "summary", "subject", "participants", "sent_to", "delivery_error")
impersonal("complaints.Communication", "direction", "medium", "counterpart", "delivery_state")
personal("complaints.Wait", "reason")
impersonal("complaints.Wait", "end")
personal("complaints.OutsideMatter", "authority", "reference")
impersonal("complaints.OutsideMatter", "channel")
# The house's own texts, written for nobody in particular.
impersonal("complaints.MessageTemplate", "purpose", "language", "name", "subject", "body")
impersonal("complaints.MessageTemplateVersion", "name", "subject", "body")
personal("complaints.Promise", "what", "by_whom")
impersonal("complaints.Promise", "form")
personal("complaints.Draft", "fields")
impersonal("complaints.ComplaintLink", "relation")
impersonal(
    "complaints.GuidanceCard",
    "code", "steps", "temperaments", "categories", "skills", "situations", "title_en", "helps_en", "avoid_en", "say_en",
    "title_zh", "helps_zh", "avoid_zh", "say_zh",
)  # fmt: skip
impersonal("complaints.GuidanceVersion", "content")
personal(
    "complaints.Evaluation", "root_cause_text", "corrective_action", "did_well", "to_improve", "next_time",
    "closed_despite",
)  # fmt: skip
impersonal("complaints.Evaluation", "satisfaction", "outcome", "relief")
impersonal("complaints.RootCause", "code", "name_en", "name_zh")
personal("complaints.Suggestion", "text", "answer", "reward")
impersonal("complaints.Suggestion", "state")
personal("complaints.Cause", "note")
impersonal("complaints.Cause", "number", "what", "value", "state")
personal("complaints.CorrectiveAction", "what", "done_note", "check_note")
personal("complaints.Attachment", "name", "withdrawn_reason")
impersonal("complaints.Attachment", "storage_name", "group", "content_type", "sha256", "remark", "state")
# Sections of a report: the case in a person's words.
personal("complaints.WrittenReport", "sections")
impersonal("complaints.WrittenReport", "number", "state", "language")
personal("complaints.WrittenReportVersion", "sections", "question")
impersonal("complaints.WrittenReportVersion", "language", "salt", "answer")
personal("complaints.HandOver", "reason", "answer")
impersonal("complaints.HandOver", "state")
personal("complaints.CaseTask", "what", "note")
impersonal("complaints.CaseTask", "kind", "medium", "state")
personal("complaints.Meeting", "place", "theirs")
impersonal("complaints.Meeting", "kind")
personal("complaints.ComplaintGroup", "title", "closed_reason")
personal("complaints.GroupMember", "reason", "removed_reason")
personal("complaints.GroupRepresentative", "name", "proof", "ended_reason")
personal("complaints.GroupTalk", "summary")
impersonal("complaints.GroupTalk", "direction", "medium")
personal("complaints.StageRecord", "text", "wish", "evidence", "remains_open")
impersonal("complaints.StageRecord", "step", "nature", "fault", "satisfaction_before")
personal("complaints.CaseQuestion", "question", "answer")
impersonal("complaints.CaseQuestion", "kind")
personal("complaints.Referral", "reference")
impersonal("complaints.Referral", "to")

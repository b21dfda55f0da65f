"""Which columns of this app hold personal text, for erasure and export."""

from core.personal import impersonal, personal

personal(
    "compensation.Proposal",
    "alternatives", "only_remedy_reason", "considerations", "decision_note", "answer_note",
)  # fmt: skip
impersonal("compensation.Proposal", "number", "state")
personal("compensation.ProposalLine", "description")
impersonal("compensation.ProposalLine", "kind", "group")

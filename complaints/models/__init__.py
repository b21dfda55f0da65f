"""What is stored of a complaint, one file per noun."""

from complaints.models.category import Category
from complaints.models.complaint import Complaint, ComplaintSubject, ExternalReference, Nearest
from complaints.models.desk import DeskChange, OralReport, SelfAssessment, StepRecord
from complaints.models.draft import Draft
from complaints.models.link import ComplaintLink
from complaints.models.stage import CaseQuestion, Referral, StageRecord
from complaints.models.talk import Communication, Promise

__all__ = [
    "CaseQuestion",
    "Category",
    "Communication",
    "Complaint",
    "ComplaintLink",
    "ComplaintSubject",
    "DeskChange",
    "Draft",
    "ExternalReference",
    "Nearest",
    "OralReport",
    "Promise",
    "Referral",
    "SelfAssessment",
    "StageRecord",
    "StepRecord",
]

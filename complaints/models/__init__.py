"""What is stored of a complaint, one file per noun."""

from complaints.models.category import Category
from complaints.models.complaint import Complaint, ComplaintSubject, ExternalReference, Nearest
from complaints.models.desk import DeskChange, OralReport, SelfAssessment, StepRecord
from complaints.models.draft import Draft
from complaints.models.guidance import GuidanceCard, GuidanceMark, GuidanceVersion
from complaints.models.link import ComplaintLink
from complaints.models.talk import Communication, Promise

__all__ = [
    "Category",
    "Communication",
    "Complaint",
    "ComplaintLink",
    "ComplaintSubject",
    "DeskChange",
    "Draft",
    "ExternalReference",
    "GuidanceCard",
    "GuidanceMark",
    "GuidanceVersion",
    "Nearest",
    "OralReport",
    "Promise",
    "SelfAssessment",
    "StepRecord",
]

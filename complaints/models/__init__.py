"""What is stored of a complaint, one file per noun."""

from complaints.models.category import Category
from complaints.models.complaint import Complaint, ComplaintSubject, ExternalReference, Nearest
from complaints.models.desk import DeskChange, OralReport, SelfAssessment, StepRecord
from complaints.models.draft import Draft
from complaints.models.group import (
    ComplaintGroup,
    GroupMember,
    GroupRepresentative,
    GroupTalk,
)
from complaints.models.hand_over import HandOver
from complaints.models.link import ComplaintLink
from complaints.models.meeting import Meeting
from complaints.models.talk import Communication, Promise
from complaints.models.task import CaseTask

__all__ = [
    "CaseTask",
    "Category",
    "Communication",
    "Complaint",
    "ComplaintGroup",
    "ComplaintLink",
    "ComplaintSubject",
    "DeskChange",
    "Draft",
    "ExternalReference",
    "GroupMember",
    "GroupRepresentative",
    "GroupTalk",
    "HandOver",
    "Meeting",
    "Nearest",
    "OralReport",
    "Promise",
    "SelfAssessment",
    "StepRecord",
]

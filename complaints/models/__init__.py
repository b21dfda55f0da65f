"""What is stored of a complaint, one file per noun."""

from complaints.models.category import Category
from complaints.models.complaint import Complaint, ComplaintSubject, ExternalReference, Nearest
from complaints.models.desk import DeskChange, OralReport, SelfAssessment, StepRecord
from complaints.models.draft import Draft
from complaints.models.link import ComplaintLink
from complaints.models.outside import OutsideMatter
from complaints.models.talk import Communication, Promise
from complaints.models.template import MessageTemplate, MessageTemplateVersion
from complaints.models.wait import Wait

__all__ = [
    "Category",
    "Communication",
    "Complaint",
    "ComplaintLink",
    "ComplaintSubject",
    "DeskChange",
    "Draft",
    "ExternalReference",
    "MessageTemplate",
    "MessageTemplateVersion",
    "Nearest",
    "OralReport",
    "OutsideMatter",
    "Promise",
    "SelfAssessment",
    "StepRecord",
    "Wait",
]

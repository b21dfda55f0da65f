"""What is stored of a complaint, one file per noun."""

from complaints.models.attachment import Attachment
from complaints.models.category import Category
from complaints.models.cause import Cause, CauseComplaint, CorrectiveAction
from complaints.models.complaint import Complaint, ComplaintSubject, ExternalReference, Nearest
from complaints.models.desk import DeskChange, OralReport, SelfAssessment, StepRecord
from complaints.models.draft import Draft
from complaints.models.evaluation import Evaluation
from complaints.models.guidance import GuidanceCard, GuidanceMark, GuidanceVersion
from complaints.models.link import ComplaintLink
from complaints.models.report import WrittenReport, WrittenReportVersion
from complaints.models.root_cause import RootCause
from complaints.models.suggestion import Suggestion
from complaints.models.talk import Communication, Promise

__all__ = [
    "Attachment",
    "Category",
    "Cause",
    "CauseComplaint",
    "Communication",
    "Complaint",
    "ComplaintLink",
    "ComplaintSubject",
    "CorrectiveAction",
    "DeskChange",
    "Draft",
    "Evaluation",
    "ExternalReference",
    "GuidanceCard",
    "GuidanceMark",
    "GuidanceVersion",
    "Nearest",
    "OralReport",
    "Promise",
    "RootCause",
    "SelfAssessment",
    "StepRecord",
    "Suggestion",
    "WrittenReport",
    "WrittenReportVersion",
]

"""What is stored of a complaint, one file per noun."""

from complaints.models.attachment import Attachment
from complaints.models.category import Category
from complaints.models.cause import Cause, CauseComplaint, CorrectiveAction
from complaints.models.complaint import Complaint, ComplaintSubject, ExternalReference, Nearest
from complaints.models.desk import DeskChange, OralReport, SelfAssessment, StepRecord
from complaints.models.draft import Draft
from complaints.models.evaluation import Evaluation
from complaints.models.group import (
    ComplaintGroup,
    GroupMember,
    GroupRepresentative,
    GroupTalk,
)
from complaints.models.guidance import GuidanceCard, GuidanceMark, GuidanceVersion
from complaints.models.hand_over import HandOver
from complaints.models.link import ComplaintLink
from complaints.models.meeting import Meeting
from complaints.models.outside import OutsideMatter
from complaints.models.report import WrittenReport, WrittenReportVersion
from complaints.models.root_cause import RootCause
from complaints.models.stage import CaseQuestion, Referral, StageRecord
from complaints.models.suggestion import Suggestion
from complaints.models.talk import Communication, Promise
from complaints.models.task import CaseTask
from complaints.models.template import MessageTemplate, MessageTemplateVersion
from complaints.models.wait import Wait

__all__ = [
    "Attachment",
    "CaseQuestion",
    "CaseTask",
    "Category",
    "Cause",
    "CauseComplaint",
    "Communication",
    "Complaint",
    "ComplaintGroup",
    "ComplaintLink",
    "ComplaintSubject",
    "CorrectiveAction",
    "DeskChange",
    "Draft",
    "Evaluation",
    "ExternalReference",
    "GroupMember",
    "GroupRepresentative",
    "GroupTalk",
    "GuidanceCard",
    "GuidanceMark",
    "GuidanceVersion",
    "HandOver",
    "Meeting",
    "MessageTemplate",
    "MessageTemplateVersion",
    "Nearest",
    "OralReport",
    "OutsideMatter",
    "Promise",
    "Referral",
    "RootCause",
    "SelfAssessment",
    "StageRecord",
    "StepRecord",
    "Suggestion",
    "Wait",
    "WrittenReport",
    "WrittenReportVersion",
]

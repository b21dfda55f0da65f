"""Writing down what goes with a move of a case. The caller has locked the complaint."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from accounts.models import User
from complaints.models import Complaint, StageRecord


def keep_stage(complaint: Complaint, step: str, *, by: User, at: datetime, **kept: Any) -> StageRecord:
    """Write the record of a step; the one before it ends, and its words stay."""
    supersede_stages(complaint, [step], at=at)
    return StageRecord.objects.create(complaint=complaint, step=step, recorded_at=at, recorded_by=by, **kept)


def supersede_stages(complaint: Complaint, steps: Collection[str] | None = None, *, at: datetime) -> None:
    """These have to be done again; all of them without `steps`."""
    rows = complaint.stage_records.filter(superseded_at=None)
    if steps is not None:
        rows = rows.filter(step__in=steps)
    rows.update(superseded_at=at)

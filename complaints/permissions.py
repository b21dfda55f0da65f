"""What each role may do with complaints. Source: DOMAIN.md 2, 3.2, 3.3. Scope comes beside it: `visible_to`."""

from accounts.roles import CASE_ROLES, LEADERS, Role, allow

allow("complaints.read_complaints", *CASE_ROLES, Role.AUDITOR)
allow("complaints.lodge_complaint", *CASE_ROLES)
allow("complaints.work_desk", *CASE_ROLES)
allow("complaints.work_case", *CASE_ROLES)
allow("complaints.raise_class", *CASE_ROLES)
allow("complaints.lower_class", *LEADERS)
allow("complaints.assign", *LEADERS)
allow("complaints.void", *LEADERS)
allow("complaints.confirm_oral_report", *LEADERS)
allow("complaints.score_desk", *LEADERS)
allow("complaints.withdraw_files", *LEADERS)
allow("complaints.extend_statutory", *LEADERS)
allow("complaints.manage_templates", Role.MANAGER)
allow("complaints.manage_categories", Role.MANAGER, Role.ADMINISTRATOR)
allow("complaints.read_guidance", *CASE_ROLES, Role.AUDITOR)
allow("complaints.manage_guidance", Role.MANAGER)
allow("complaints.close_despite", *LEADERS)
allow("complaints.answer_suggestions", *LEADERS)
allow("complaints.work_causes", *LEADERS)
allow("complaints.open_causes", Role.MANAGER)
allow("complaints.acknowledge_report", *LEADERS)
# Source: DOMAIN.md 1 (nature), 3.4 (the answer No).
allow("complaints.mark_malicious", *LEADERS)
allow("complaints.decline_on_one_ground", *LEADERS)

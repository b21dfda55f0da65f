"""Who looks at figures. Source: DOMAIN.md 2, 8. Of whom, `visible_to` says."""

from accounts.roles import LEADERS, Role, allow

allow("insights.read_weeks", *LEADERS, Role.AUDITOR)

"""What each role may do with proposals. Source: DOMAIN.md 2, 4. Scope comes beside it: `visible_to`."""

from accounts.roles import CASE_ROLES, LEADERS, allow

allow("compensation.propose", *CASE_ROLES)
allow("compensation.decide", *LEADERS)

"""What each role may do with customers. Whoever records complaints must see who calls."""

from accounts.roles import CASE_ROLES, LEADERS, Role, allow

# The auditor reads everything; the list one types into belongs to the intake form.
allow("customers.view_customers", *CASE_ROLES, Role.AUDITOR)
allow("customers.find_customers", *CASE_ROLES)
allow("customers.change_customers", *CASE_ROLES)
allow("customers.mark_vip", *LEADERS)
allow("customers.record_sales", Role.SALES_CONSULTANT, Role.SALES_MANAGER, *LEADERS)

"""What this app announces. Values are codes and references; names and numbers stay in their own columns."""

from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Sale
from events.readers import let_read
from events.registry import announce

CREATED = announce("customer.created", _("{actor} recorded the customer"), icon="user-plus")
CHANGED = announce("customer.changed", _("{actor} changed the customer’s record"), icon="edit")
CONTACT_ADDED = announce("customer.contact_added", _("{actor} added a way to reach the customer"), icon="phone")
CONTACT_REMOVED = announce("customer.contact_removed", _("{actor} removed a way to reach the customer"), icon="phone")
CONTACT_MADE_MAIN = announce(
    "customer.contact_made_main", _("{actor} chose the main way to reach the customer"), icon="phone"
)
EXTERNAL_IDS_CHANGED = announce(
    "customer.external_ids_changed", _("{actor} changed what the customer is called in other systems"), icon="link"
)
MARKED_VIP = announce("customer.marked_vip", _("{actor} marked the customer as VIP"), icon="crown")
UNMARKED_VIP = announce("customer.unmarked_vip", _("{actor} took the VIP mark away"), icon="crown")
SALE_RECORDED = announce("sale.recorded", _("{actor} recorded the sale"), icon="tag")
SALE_CHANGED = announce("sale.changed", _("{actor} changed the sale"), icon="tag")

let_read("customer", Customer.objects.visible_to)
let_read("sale", Sale.objects.visible_to)

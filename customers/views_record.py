"""One customer's record: who this is, how to reach them, what they bought; and every change to it by hand."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.roles import refused
from core.errors import Conflict
from core.formats import time_text
from customers.actions import (
    UNMARKED_BECAUSE,
    add_contact,
    change_customer,
    make_main_contact,
    mark_vip,
    remove_contact,
    unmark_vip,
)
from customers.events import CHANGED
from customers.forms import Clash, ContactForm, RecordForm, VipForm, renewed, saved_with, take_theirs
from customers.models import ContactPoint, Customer
from customers.phones import region_of
from events.log import timeline
from events.models import Event, TextRevision
from events.registry import describe, icon
from policies.reading import policy

CONTACTS_SHOWN = 50
SALES_SHOWN = 20
EVENTS_SHOWN = 20
# Others may save again and again while this one is saved; after so many times the user looks at it.
TRIES = 3

View = Callable[..., HttpResponse]


def customer_page(*methods: str, needs: str = "customers.view_customers") -> Callable[[View], View]:
    """A view of these methods, for those with the permission, whose customer is there, or 404."""

    def decorate(view: View) -> View:
        @require_http_methods(["HEAD", *methods] if "GET" in methods else list(methods))
        @never_cache
        @functools.wraps(view)
        def found(request: HttpRequest, customer_id: int, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(needs):
                raise refused(needs)
            try:
                return view(request, Customer.objects.visible_to(request.user).get(pk=customer_id), **kwargs)
            except (Customer.DoesNotExist, ContactPoint.DoesNotExist) as error:
                raise Http404 from error

        return found

    return decorate


def _reader(request: HttpRequest) -> User:
    return cast(User, request.user)


# ---------------------------------------------------------------- the page


@dataclass(frozen=True)
class Entry:
    """One change of the record, with the facts it touched or the reason that was given."""

    event: Event
    on: date
    words: str
    icon: str
    fields: list[str]
    reason: str


@customer_page("GET")
def record(request: HttpRequest, customer: Customer) -> HttpResponse:
    sales = list(customer.sales.all()[: SALES_SHOWN + 1])
    contacts = list(customer.contact_points.all()[:CONTACTS_SHOWN])
    context = {
        "customer": customer,
        "contacts": contacts,
        "first_contacts": [point for point in contacts if point.is_primary],
        "sales": sales[:SALES_SHOWN],
        "has_more_sales": len(sales) > SALES_SHOWN,
        "currency": policy("company.currency"),
        "since": timezone.localdate(customer.created_at),
        "history": _history(customer),
    }
    return render(request, "customers/record.html", context)


def _history(customer: Customer) -> list[Entry]:
    """Two statements, however much happened."""
    events = list(timeline(customer)[:EVENTS_SHOWN])
    kept = TextRevision.objects.filter(event__in=events, field=UNMARKED_BECAUSE)
    reasons = dict(kept.values_list("event_id", "text"))
    return [
        Entry(
            event,
            timezone.localdate(event.at),
            describe(event),
            icon(event),
            [_label(name) for name in event.data.get("fields", ())],
            reasons.get(event.pk, ""),
        )
        for event in events
    ]


def _label(field: str) -> str:
    return capfirst(str(getattr(Customer._meta.get_field(field), "verbose_name", field)))


# ---------------------------------------------------------------- its facts


@customer_page("GET", "POST", needs="customers.change_customers")
def edit(request: HttpRequest, customer: Customer) -> HttpResponse:
    if request.method != "POST":
        return _edit_page(request, customer, RecordForm(customer=customer))
    form = RecordForm(take_theirs(request.POST), customer=customer)
    if not form.is_valid():
        return _edit_page(request, customer, form, status=422)
    if not form.touched:
        return redirect(customer)
    return _save(request, customer, form)


def _save(request: HttpRequest, customer: Customer, form: RecordForm) -> HttpResponse:
    """Save what was touched. Where others changed other facts meanwhile, both changes stand."""
    version = form.cleaned_data["version"]
    for _try in range(TRIES):
        change = partial(change_customer, customer.pk, version=version, by=_reader(request), **form.changes())
        try:
            saved = saved_with(form, change)
        except Conflict as conflict:
            customer = conflict.current
            version = customer.version
            if clashes := form.clashes(customer):
                return _clash(request, customer, form, clashes)
            continue
        if saved is None:
            return _edit_page(request, customer, form, status=422)
        messages.success(request, _("Record changed"))
        return redirect(saved)
    return _clash(request, customer, form, [])


def _clash(request: HttpRequest, current: Customer, form: RecordForm, clashes: list[Clash]) -> HttpResponse:
    change = timeline(current).filter(type=CHANGED).first()
    more = {"clashes": clashes, "is_conflict": True}
    if change and change.actor:
        more |= {"changed_by": change.actor, "changed_at": time_text(change.at)}
    return _edit_page(request, current, renewed(form, current), status=409, **more)


def _edit_page(
    request: HttpRequest, customer: Customer, form: RecordForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"customer": customer, "form": form, "back_url": customer.get_absolute_url(), **more}
    return render(request, "customers/edit.html", context, status=status)


# ---------------------------------------------------------------- short questions


@dataclass(frozen=True)
class Question:
    title: str | Promise
    text: str | Promise
    press: str | Promise


ADD_CONTACT = Question(
    _("Add a phone or e-mail"), _("A number is read as one of this country when it has no country code."), _("Add it")
)
MARK = Question(
    _("Mark as VIP"),
    _("From now on each complaint of this customer is proposed as class 2, with your reason."),
    _("Mark as VIP"),
)
UNMARK = Question(_("Take the VIP mark away"), _("Why it was there stays in the history."), _("Take the mark away"))


@customer_page("GET", "POST", needs="customers.change_customers")
def add(request: HttpRequest, customer: Customer) -> HttpResponse:
    form = ContactForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given, user = form.cleaned_data, _reader(request)
        region = region_of(user.department)
        save = partial(add_contact, customer.pk, **given, region=region, by=user)
        if saved_with(form, save, fallback="typed"):
            messages.success(request, _("Added"))
            return redirect(_contacts(customer))
    return _ask(request, customer, form, ADD_CONTACT)


@customer_page("GET", "POST", needs="customers.mark_vip")
def vip(request: HttpRequest, customer: Customer) -> HttpResponse:
    form = VipForm(request.POST if request.method == "POST" else None, initial={"is_vip": not customer.is_vip})
    wants_mark = not customer.is_vip
    if form.is_valid():
        wants_mark = form.cleaned_data["is_vip"]
        act = mark_vip if wants_mark else unmark_vip
        if saved_with(form, partial(act, customer.pk, form.cleaned_data["vip_reason"], by=_reader(request))):
            messages.success(request, _("Marked as VIP") if wants_mark else _("VIP mark taken away"))
            return redirect(customer)
    return _ask(request, customer, form, MARK if wants_mark else UNMARK)


def _ask(request: HttpRequest, customer: Customer, form: ContactForm | VipForm, question: Question) -> HttpResponse:
    context = {"customer": customer, "form": form, "question": question, "back_url": customer.get_absolute_url()}
    return render(request, "customers/question.html", context, status=422 if form.is_bound else 200)


# ---------------------------------------------------------------- phones and e-mails


@customer_page("POST", needs="customers.change_customers")
def remove(request: HttpRequest, customer: Customer, contact_id: int) -> HttpResponse:
    remove_contact(customer.contact_points.get(pk=contact_id).pk, by=_reader(request))
    messages.success(request, _("Removed"))
    return redirect(_contacts(customer))


@customer_page("POST", needs="customers.change_customers")
def make_main(request: HttpRequest, customer: Customer, contact_id: int) -> HttpResponse:
    make_main_contact(customer.contact_points.get(pk=contact_id).pk, by=_reader(request))
    messages.success(request, _("This is the main one now"))
    return redirect(_contacts(customer))


def _contacts(customer: Customer) -> str:
    return reverse("customers:record", args=[customer.pk]) + "#contacts"

"""The product keeps its own rules, and each rule catches what it is for."""

import ast

import pytest

from tests.style.rules import DOORS, RULES, TEMPLATE_EXCEPTIONS, TEMPLATE_RULES, sources, templates

BY_NAME = {rule.name: rule for rule in RULES}
BAD = [
    ("clock", "datetime.now(tz=UTC)"),
    ("clock", "dt.datetime.utcnow()"),
    ("clock", "timezone.now()"),
    ("clock", "date.today()"),
    ("clock", "timezone.localdate()"),
    ("safe string", "SafeString(text)"),
    ("publish", "sweep.delay()"),
    ("publish", "tasks.sweep.apply_async(expires=5)"),
    ("publish", "current_app.send_task('sweep')"),
    ("csrf", "from django.views.decorators.csrf import csrf_exempt"),
    ("mark_safe", "from django.utils.safestring import mark_safe"),
    ("all fields", "class Meta:\n    fields = '__all__'"),
    ("sql", "Complaint.objects.extra(where=['1=1'])"),
    ("sql", "rows.extra(select={'a': 'b'})"),
    ("sql", "Complaint.objects.raw('SELECT 1')"),
    ("sql", "Complaint.objects.all().raw('SELECT 1')"),
    ("raw sql", "from django.db.models.expressions import RawSQL"),
    ("state", "Complaint.objects.filter(pk=1).update(state='closed')"),
    ("state", "rows.update(closed_at=now, state=State.CLOSED)"),
    ("scope", "Complaint.objects.get(pk=pk)"),
    ("scope", "models.Complaint.objects.all().get(number=number)"),
    ("scope", "get_object_or_404(Complaint, pk=pk)"),
    ("scope", "shortcuts.get_object_or_404(Complaint.objects, pk=pk)"),
    ("scope", "get_list_or_404(Complaint.objects.all(), pk=pk)"),
    ("write in a door", "Complaint.objects.create(number='1')"),
    ("write in a door", "Complaint.objects.filter(pk=1).update(note='')"),
    ("write in a door", "Complaint.objects.visible_to(user).delete()"),
    ("outbound", "import requests"),
    ("outbound", "import urllib.request"),
    ("outbound", "from urllib import request"),
    ("outbound", "from urllib.request import urlopen"),
    ("outbound", "from httpx import Client"),
    ("signals", "from django.db.models.signals import post_save"),
    ("generic key", "from django.contrib.contenttypes.fields import GenericForeignKey"),
]
GOOD = [
    ("clock", "clock.now()"),
    ("clock", "datetime.fromisoformat(text)"),
    ("clock", "timezone.localdate(clock.now())"),
    ("safe string", "def told() -> SafeString: ..."),
    ("scope", "get_object_or_404(ApiKey, pk=pk, user=request.user)"),
    ("publish", "wake('events.tasks.dispatch_outbox')"),
    ("csrf", "from django.views.decorators.csrf import requires_csrf_token"),
    ("all fields", "fields = ['name']"),
    ("all fields", "errors['__all__']"),
    ("sql", "form.raw('customer')"),
    ("state", "Complaint.objects.filter(state='closed').update(note='')"),
    ("state", "values.update({'state': 'closed'})"),
    ("scope", "Complaint.objects.visible_to(user).get(pk=pk)"),
    ("scope", "get_object_or_404(Complaint.objects.visible_to(user), pk=pk)"),
    ("scope", "get_object_or_404(visible, pk=pk)"),
    ("write in a door", "context.update(title='x')"),
    ("write in a door", "Complaint.objects.visible_to(user).order_by('pk')"),
    ("outbound", "from urllib.parse import urlsplit"),
    ("outbound", "from django.http import HttpRequest as request"),
    ("signals", "from django.db.models.signals import post_migrate"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_nothing_in_the_product_breaks(rule):
    found = [f"{path}:{line}" for path, tree in sources() if rule.applies_to(path) for line in rule.lines(tree)]
    assert not found, f"{rule.instead} Here: {', '.join(found)}"


@pytest.mark.parametrize(("name", "sample"), BAD)
def test_a_bad_sample_is_caught(name, sample):
    lines = list(BY_NAME[name].lines(ast.parse(f"x = 1\n{sample}")))
    assert lines
    assert min(lines) >= 2, "the sample, not the line before it"


@pytest.mark.parametrize(("name", "sample"), GOOD)
def test_a_good_sample_is_left_alone(name, sample):
    assert not list(BY_NAME[name].lines(ast.parse(sample)))


def test_every_rule_has_a_bad_sample_and_covers_something():
    assert {name for name, _sample in BAD} == BY_NAME.keys()
    paths = [path for path, _tree in sources()]
    for rule in RULES:
        assert any(rule.applies_to(path) for path in paths), rule.name
        for exception in rule.but:
            assert any(not rule.applies_to(path) for path in paths), f"{rule.name}: nothing is at {exception}"


def test_the_doors_are_found():
    paths = {path for path, _tree in sources()}
    scope = BY_NAME["scope"]
    assert {path for path in paths if scope.applies_to(path)} >= {"complaints/views/case.py", "accounts/views.py"}
    assert not scope.applies_to("complaints/actions/desk.py")
    assert len(DOORS) == len(set(DOORS))


TEMPLATES_BAD = [
    ("safe", "{{ text|safe }}"),
    ("safe", "{{ text | safe }}"),
    ("safe", "{{ texts|safeseq }}"),
    ("autoescape", "{% autoescape off %}"),
    ("inline script", "<script>alert(1)</script>"),
    ("inline script", '<script type="module">x</script>'),
    ("inline style", '<p style="color: red">'),
    ("inline style", "<style>p {}</style>"),
    ("handler", '<button onclick="x()">'),
]
TEMPLATES_GOOD = [
    ("safe", "{{ text|safe_number }}"),
    ("inline script", '<script src="x.js" defer></script>'),
    ("inline style", '<link rel="stylesheet" href="x.css">'),
    ("handler", '<p data-position="left" once="1">'),
]


@pytest.mark.parametrize("name", TEMPLATE_RULES)
def test_no_template_breaks(name):
    pattern, instead = TEMPLATE_RULES[name]
    found = {
        path: f"{path}:{number}"
        for path, lines in templates()
        for number, line in enumerate(lines, 1)
        if pattern.search(line)
    }
    excepted = {path for path, rule in TEMPLATE_EXCEPTIONS if rule == name}
    assert not [where for path, where in found.items() if path not in excepted], instead
    assert excepted <= found.keys(), "this exception is not needed any more"


@pytest.mark.parametrize(("name", "sample"), TEMPLATES_BAD)
def test_a_bad_template_is_caught(name, sample):
    assert TEMPLATE_RULES[name][0].search(sample)


@pytest.mark.parametrize(("name", "sample"), TEMPLATES_GOOD)
def test_a_good_template_is_left_alone(name, sample):
    assert not TEMPLATE_RULES[name][0].search(sample)

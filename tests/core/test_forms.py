from django import forms
from django.conf import settings
from django.template import Context, Template

from core.forms import Ladder, ManyPicks, Picks, Renderer


class Answers(forms.Form):
    mark_optional = True

    phone = forms.CharField(label="How to reach the customer", error_messages={"required": "Enter a phone number"})
    note = forms.CharField(label="Note", required=False, help_text="Only colleagues see it", widget=forms.Textarea)
    channel = forms.ChoiceField(label="Came by", choices=[("a", "A")])
    is_vip = forms.BooleanField(label="VIP", required=False)
    reaction = forms.ChoiceField(
        label="Reaction",
        choices=[("sad", "dissatisfied"), ("glad", "satisfied")],
        widget=Ladder(icons={"sad": "mood-sad"}),
    )
    mood = forms.ChoiceField(label="How upset", choices=[("calm", "Calm")], widget=Picks)
    wants = forms.MultipleChoiceField(label="Wants", choices=[("refund", "Refund")], widget=ManyPicks, required=False)


def test_fields_have_the_classes_of_the_style_sheet():
    html = str(Answers())
    assert '<input type="text" name="phone" required class="form-control" id="id_phone">' in html
    assert 'class="form-select"' in html
    assert 'class="form-check-input"' in html
    assert '<div class="ladder" id="id_reaction">' in html
    assert html.count('<label class="pick">') == 4
    assert html.count('<span class="opt">(optional)</span>') == 2


def test_error_stands_at_its_field_and_in_the_summary():
    form = Answers({"note": "<b>kept</b>"})
    html = str(form)
    assert '<div class="err" id="id_phone_error">' in html
    assert 'aria-describedby="id_phone_error"' in html
    assert 'aria-invalid="true"' in html
    assert "is-invalid" in html
    assert "&lt;b&gt;kept&lt;/b&gt;" in html
    summary = Template("{% load core_tags %}{% error_summary form %}").render(Context({"form": form}))
    assert '<a href="#id_phone">Enter a phone number</a>' in summary
    assert 'role="alert"' in summary


def test_form_without_errors_has_no_summary():
    template = Template("{% load core_tags %}{% error_summary form %}")
    assert template.render(Context({"form": Answers()})).strip() == ""


def test_title_says_error_first_after_a_refused_form():
    template = Template("{% load core_tags %}{% page_has_errors as bad %}{{ bad }}")
    assert template.render(Context({"form": Answers({})})) == "True"
    assert template.render(Context({"form": Answers()})) == "False"


def test_only_our_engine_is_ever_there_to_draw_with(monkeypatch):
    """Django keeps its own under the same name; a thread that came in between found none of our templates."""
    made = []

    class Backend(Renderer.backend):
        def __init__(self, params):
            made.append(params["DIRS"])
            super().__init__(params)

    monkeypatch.setattr(Renderer, "backend", Backend)
    assert Renderer().get_template("core/forms/field.html")
    assert Renderer().get_template("django/forms/widgets/input.html")
    assert all(settings.BASE_DIR / "templates" in folders for folders in made)

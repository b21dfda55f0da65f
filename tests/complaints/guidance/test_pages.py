"""Guidance beside the work, and its own pages."""

import html

import pytest
from django.urls import reverse

from complaints.actions.guidance import archive_card, save_card
from complaints.guidance.content import Content, Texts, content_of
from complaints.guidance.starter import ensure_starter_guidance
from complaints.models import GuidanceCard
from core.formats import listed_text
from tests.complaints.pages import client_of, statements, text_of, url
from tests.house import House, make_card

LIST = reverse("complaints:guidance")
BOTH = Content(
    steps=("listen", "act"),
    en=Texts("en", "Listen", helps=("Sit down",), avoid=("Arguing",), say=("Please go on, {name}. I am {owner}.",)),
    zh=Texts("zh", "聆听", helps=("请坐",), avoid=("争辩",), say=("{name}，请您继续。",)),
)


def page_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(text_of(answer))


# ------------------------------------------------------------------ beside a complaint


def test_the_case_shows_sentences_with_its_names_filled_in(make_complaint, house: House):
    save_card(None, BOTH, by=None)
    complaint = make_complaint(is_taken=True)
    page = page_of(client_of(house.clerk), complaint.get_absolute_url())
    assert 'data-insert="Please go on, Emily Carter. I am Clerk."' in page
    assert "“Please go on, Emily Carter. I am Clerk.”" in page
    assert "Arguing" in page


def test_a_name_is_text_and_not_markup(make_complaint, house: House):
    save_card(None, BOTH, by=None)
    complaint = make_complaint(name='"><img src=x onerror=alert(1)>')
    page = text_of(client_of(house.clerk).get(complaint.get_absolute_url()))
    assert "<img src=x" not in page
    assert "Please go on, &quot;&gt;&lt;img" in page


def test_an_anonymous_customer_is_not_addressed_by_a_gap(make_complaint, house: House):
    save_card(None, BOTH, by=None)
    complaint = make_complaint(name="", phone="", is_anonymous=True)
    page = page_of(client_of(house.clerk), complaint.get_absolute_url())
    assert "Please go on. I am" in page


def test_sentences_are_for_the_customer_and_advice_for_the_reader(make_complaint, house: House):
    save_card(None, BOTH, by=None)
    complaint = make_complaint(language="zh-hans")
    page = page_of(client_of(house.clerk), complaint.get_absolute_url())
    assert '<p lang="zh">“Emily Carter，请您继续。”</p>' in page
    assert "Arguing" in page


def test_who_only_reads_inserts_nothing(make_complaint, house: House):
    save_card(None, BOTH, by=None)
    complaint = make_complaint()
    page = page_of(client_of(house.auditor), complaint.get_absolute_url())
    assert "Please go on" in page
    assert "data-insert" not in page


def test_what_has_ended_and_a_house_without_cards_show_none(make_complaint, house: House):
    complaint = make_complaint()
    client = client_of(house.clerk)
    assert 'id="guidance"' not in page_of(client, complaint.get_absolute_url())
    save_card(None, BOTH, by=None)
    assert 'id="guidance"' in page_of(client, complaint.get_absolute_url())
    type(complaint).objects.filter(pk=complaint.pk).update(state="voided", ended_at=complaint.recorded_at)
    assert 'id="guidance"' not in page_of(client, complaint.get_absolute_url())


def test_a_heated_customer_is_calmed_first(make_complaint, house: House):
    ensure_starter_guidance()
    complaint = make_complaint(upset="angry", is_taken=True)
    page = page_of(client_of(house.clerk), url("desk", complaint))
    assert page.index("First the mood, then the matter</") < page.index("Let them tell it to the end")


@pytest.mark.parametrize("name", ["desk", "detail"])
def test_guidance_costs_no_statement(make_complaint, house: House, name):
    complaint = make_complaint(is_taken=True)
    client = client_of(house.clerk)
    before = statements(client, url(name, complaint))
    ensure_starter_guidance()
    assert statements(client, url(name, complaint)) == before


# ------------------------------------------------------------------ finding


def titles(client, query=""):
    return [line["card"].advice.title for line in client.get(f"{LIST}?{query}").context["cards"]]


@pytest.mark.parametrize("words", ["抱歉", "sorry for", "SORRY"])
def test_two_characters_of_either_language_find_a_card(house: House, words):
    save_card(
        None,
        Content(
            en=Texts("en", "Apology", say=("I am sorry for the wait.",)), zh=Texts("zh", "道歉", say=("很抱歉。",))
        ),
        by=None,
    )
    make_card("Thanks")
    assert titles(client_of(house.clerk), f"q={words}") == ["Apology"]


def test_filters_narrow_and_a_category_finds_the_cards_above_it(house: House):
    make_card("Step", steps=("listen",))
    make_card("Type", temperaments=("stubborn",))
    make_card("Category", categories=("product_quality",))
    make_card("Skill", skills=("ask",), situations=("phone",))
    client = client_of(house.clerk)
    assert titles(client, "step=listen") == ["Step"]
    assert titles(client, "type=stubborn") == ["Type"]
    assert titles(client, "category=product_quality") == ["Category"]
    assert titles(client, "skill=ask&situation=phone") == ["Skill"]
    assert titles(client, "step=listen&type=stubborn") == []
    assert len(titles(client)) == 4


def test_the_title_counts_most_and_signs_alone_find_nothing(house: House):
    save_card(None, Content(en=Texts("en", "First card", say=("Please wait.",))), by=None)
    make_card("Sit down and wait")
    client = client_of(house.clerk)
    assert titles(client, "q=wait") == ["Sit down and wait", "First card"]
    assert titles(client, "q=%E2%80%A6") == []


def test_a_filter_that_is_none_is_refused(house: House):
    answer = client_of(house.clerk).get(f"{LIST}?step=nap")
    assert answer.status_code == 422


def test_sentences_are_shown_in_the_language_asked_for(house: House):
    save_card(None, BOTH, by=None)
    client = client_of(house.clerk)
    assert "请您继续" not in page_of(client, LIST)
    assert "请您继续" in page_of(client, f"{LIST}?language=zh")


def test_the_whole_starter_set_is_read_on_few_pages_and_statements(house: House):
    make_card("One of our own")
    client = client_of(house.clerk)
    few = statements(client, LIST)
    ensure_starter_guidance()
    assert statements(client, LIST) == few <= 7
    assert len(titles(client)) == 24
    assert set(titles(client)).isdisjoint(titles(client, "page=2"))


def test_an_empty_house_offers_the_starter_set_to_managers(house: House):
    assert "A manager can take the starter set" in page_of(client_of(house.clerk), LIST)
    client = client_of(house.manager)
    assert "Take the starter set" in page_of(client, LIST)
    assert client.post(reverse("complaints:add_starter_guidance")).status_code == 302
    assert GuidanceCard.objects.count() >= 60


# ------------------------------------------------------------------ one card


def test_a_card_is_read_in_both_languages_with_its_history(house: House, at_work):
    card = save_card(None, BOTH, by=house.manager)
    changed = Content(en=Texts("en", "Listen well", say=("Go on, please.",)))
    save_card(card.pk, changed, by=house.director)
    client = client_of(house.clerk)
    now, old = page_of(client, card.get_absolute_url()), page_of(client, f"{card.get_absolute_url()}?version=1")
    assert "Go on, please." in now
    assert "Version 1" in now
    assert house.director.name in now
    assert "{name}，请您继续。" in old
    assert "This is version 1" in old


def test_an_archived_card_is_there_for_managers_and_the_auditor(house: House):
    card = make_card()
    archive_card(card.pk, by=None)
    assert client_of(house.clerk).get(card.get_absolute_url()).status_code == 404
    assert client_of(house.auditor).get(card.get_absolute_url()).status_code == 200
    client = client_of(house.manager)
    assert titles(client) == []
    assert titles(client, "archived=on") == ["Listen"]
    assert client.post(reverse("complaints:restore_guidance_card", args=[card.pk])).status_code == 302
    assert titles(client) == ["Listen"]


FIELDS = {"title_en": "Listen", "say_en": "Please go on.\r\n\r\n Take your time. ", "steps": ["listen"]}


def test_a_card_is_written_in_the_browser(house: House):
    client = client_of(house.manager)
    answer = client.post(reverse("complaints:new_guidance_card"), FIELDS)
    card = GuidanceCard.objects.get()
    assert answer["Location"] == card.get_absolute_url()
    assert content_of(card) == Content(
        steps=("listen",), en=Texts("en", "Listen", say=("Please go on.", "Take your time."))
    )


def test_what_is_refused_keeps_what_was_typed(house: House):
    answer = client_of(house.manager).post(
        reverse("complaints:new_guidance_card"), {**FIELDS, "say_en": "Dear {sir}, go on."}
    )
    assert answer.status_code == 422
    page = html.unescape(text_of(answer))
    assert "Dear {sir}, go on." in page
    assert "are filled in" in page


def test_two_managers_at_once_lose_nothing(house: House):
    card = make_card()
    address = reverse("complaints:edit_guidance_card", args=[card.pk])
    save_card(card.pk, BOTH, by=house.director)
    answer = client_of(house.manager).post(address, {**FIELDS, "version": "1", "say_en": "My words."})
    assert answer.status_code == 409
    page = html.unescape(text_of(answer))
    assert "My words." in page
    assert "请您继续" in page
    again = {**FIELDS, "say_en": "My words.", "version": answer.context["form"]["version"].value()}
    assert client_of(house.manager).post(address, again).status_code == 302
    card.refresh_from_db()
    assert (card.version, card.say_en) == (3, "My words.")


def test_who_may_not_write_sees_no_way_to_and_is_told_whose_it_is(house: House):
    card = make_card()
    client = client_of(house.supervisor)
    assert "edit/" not in text_of(client.get(card.get_absolute_url()))
    for name in ("edit_guidance_card", "archive_guidance_card"):
        answer = client.post(reverse(f"complaints:{name}", args=[card.pk]))
        assert answer.status_code == 403
        assert listed_text(["Manager"]) in text_of(answer)

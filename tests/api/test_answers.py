"""One set of fields writes all answers of a kind, and nothing of one of them stays for the next."""

from concurrent.futures import ThreadPoolExecutor

from rest_framework import serializers

from api.nouns.complaints_answers import ComplaintOutput
from api.nouns.complaints_rows import complete_one, find_complaint
from api.serializers import Output, _shared_fields


class Told(Output):
    has_own_fields = False
    name = serializers.CharField()
    inner = serializers.ListField(child=serializers.IntegerField())


class ToldOnRequest(Output):
    name = serializers.SerializerMethodField()

    def get_name(self, row):
        return self.context["name"]


class Row:
    def __init__(self, number):
        self.name, self.inner = f"name {number}", [number]


def test_many_at_once_are_told_each_their_own():
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda number: Told(Row(number)).data, range(400)))
    assert told == [{"name": f"name {number}", "inner": [number]} for number in range(400)]


def test_fields_are_bound_once():
    Told(Row(1)).data, Told([Row(1), Row(2)], many=True).data
    assert _shared_fields.cache_info().hits
    assert [field.field_name for field in _shared_fields(Told)] == ["name", "inner"]


def test_who_asks_for_the_request_has_fields_of_their_own():
    assert [ToldOnRequest(Row(1), context={"name": name}).data["name"] for name in "ab"] == ["a", "b"]


def test_a_complaint_is_told_as_by_fields_of_its_own(house, make_complaint):
    class Own(ComplaintOutput):
        has_own_fields = True

    make_complaint(description="The first")
    complaint = make_complaint(description="The second", product_name="Kettle")
    row = complete_one(find_complaint(house.clerk, number=complaint.number), house.clerk)
    assert ComplaintOutput(row).data == Own(row).data

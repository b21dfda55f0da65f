"""Mappings: those that come with the product are whole, and a wrong one says what is wrong."""

import pytest

from complaints.importing.mapping import UnfitMapping, known_mappings, load_mapping, read_mapping

LEAST = {
    "source": "old",
    "external_id": {"column": "id"},
    "received": {"column": "on", "formats": ["%Y-%m-%d"], "zone": "Asia/Shanghai"},
    "texts": {"description": {"any_of": [["text"]]}},
}


def test_known_mappings_are_whole():
    assert known_mappings() == ["car-zh", "car-zh-short", "cfpb-en", "nhtsa-en"]
    for name in known_mappings():
        assert load_mapping(name).columns


def test_without_a_status_column_complaints_come_in_closed_with_outcome_unknown():
    mapping = read_mapping("least", LEAST)
    assert (mapping.state.default, mapping.outcome.default, mapping.channel.default) == ("closed", "unknown", "import")
    assert mapping.columns == {"id", "on", "text"}


def test_where_a_column_decides_there_is_no_usual_value_unless_it_is_named():
    state = {"column": "status", "values": {"new": "open"}}
    assert read_mapping("m", {**LEAST, "state": state}).state.default is None
    assert read_mapping("m", {**LEAST, "state": {**state, "default": "closed"}}).state.default == "closed"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"source": ""}, "source is missing"),
        ({"external_id": {}}, "external_id.column is missing"),
        ({"texts": {}}, "It must say what happened"),
        ({"texts": {"descripton": {"any_of": [["a"]]}}}, "texts knows no descripton"),
        ({"texts": {"description": {"any_of": ["a"]}}}, "must be a list of lists of columns"),
        ({"received": {"column": "on", "formats": ["%Y"], "zone": "Moon/Base"}}, "which is no time zone"),
        ({"received": {"column": "on", "zone": "UTC"}}, "received.formats is missing"),
        ({"channel": {"default": "pigeon"}}, "channel.default is 'pigeon'; it is one of in_person"),
        ({"channel": {"column": "via", "values": {"Owl": "owl"}}}, "channel.values.Owl is 'owl'"),
        ({"state": {"default": "voided"}}, "state.default is 'voided'; it is one of open"),
        ({"encoding": "klingon"}, "encoding is 'klingon'"),
        ({"delimiter": "::"}, "delimiter is one character"),
        ({"chanel": {}}, "chanel is not known"),
        ({"channel": {"colum": "via"}}, "channel.colum is not known"),
        ({"quoted": "yes"}, "quoted must be true or false"),
        ({"category": "price"}, r"category must be a table: \[category\]"),
        ({"source": "x" * 41}, "more than 40 characters"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(changed, sentence):
    with pytest.raises(UnfitMapping, match=sentence):
        read_mapping("m", {**LEAST, **changed})


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(UnfitMapping) as refusal:
        read_mapping("m", {"texts": {}, "delimiter": ""})
    assert str(refusal.value).count("\n- ") >= 5


def test_a_mapping_that_cannot_be_read(tmp_path):
    with pytest.raises(UnfitMapping, match="Known are car-zh"):
        load_mapping("cfpb")
    with pytest.raises(UnfitMapping, match="No such file"):
        load_mapping(str(tmp_path / "mine.toml"))
    (tmp_path / "mine.toml").write_text("source = ")
    with pytest.raises(UnfitMapping, match="is no TOML"):
        load_mapping(str(tmp_path / "mine.toml"))

"""Index pattern fields out of a mapping."""

import pytest

from clippings.dashboards.fields import META_FIELDS, pattern_fields


def by_name(properties):
    """The fields made of mapping properties, by name."""
    return {field.name: field for field in pattern_fields(properties)}


def test_a_keyword_can_be_counted_and_a_text_only_searched():
    """A text field has no doc values: Dashboards must not offer it for counting."""
    fields = by_name({"source": {"type": "keyword"}, "text": {"type": "text"}})
    assert (fields["source"].aggregatable, fields["source"].read_from_doc_values) == (True, True)
    assert (fields["text"].aggregatable, fields["text"].read_from_doc_values) == (False, False)
    assert fields["text"].searchable


def test_a_multi_field_names_its_parent():
    """Dashboards hides a multi-field in documents by what `subType` says of its parent."""
    fields = by_name({"title": {"type": "text", "fields": {"keyword": {"type": "keyword"}}}})
    assert fields["title.keyword"].written()["subType"] == {"multi": {"parent": "title"}}
    assert "subType" not in fields["title"].written()


def test_what_is_stored_but_not_indexed_is_no_field():
    """An object that is not indexed has no fields to search or count by."""
    fields = by_name({"evidence": {"type": "object", "enabled": False}, "words": {"type": "integer"}})
    assert set(fields) == {"words", *(field.name for field in META_FIELDS)}


def test_fields_are_in_order_whatever_the_order_of_the_mapping():
    """The same mapping written in another order gives the same pattern."""
    properties = {"a": {"type": "keyword"}, "c": {"type": "date"}, "b": {"type": "boolean"}}
    assert pattern_fields(properties) == pattern_fields(dict(reversed(properties.items())))


def test_an_unknown_type_is_not_guessed():
    """A type of field that has no counterpart here stops the making of the pattern."""
    with pytest.raises(KeyError):
        pattern_fields({"place": {"type": "geo_point"}})

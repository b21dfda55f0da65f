"""The two kinds of shapes: what comes in, checked to the letter, and what goes out."""

import functools
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import SkipField


class Input(serializers.Serializer[Any]):
    """A body. A field it does not know is refused, since a misspelt one would be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = self._unknown(data) if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if unknown and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **unknown}) from error
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return values

    def _unknown(self, data: Mapping[str, Any]) -> dict[str, Any]:
        known = {name for name, field in self.fields.items() if not field.read_only}
        return {
            str(name): [serializers.ErrorDetail(str(_("There is no such field.")), code="unknown_field")]
            for name in data
            if name not in known
        }


class Nothing(Input):
    """A body without fields: empty, or {}."""


class Output(serializers.Serializer[Any]):
    """An answer. `help_text` of each field is its description in the document.

    `has_own_fields`: some of them ask for the request. Where none does, one set serves all answers.
    """

    has_own_fields = True

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for field in self._readable_fields if self.has_own_fields else _shared_fields(type(self)):
            try:
                value = field.get_attribute(instance)
            except SkipField:
                continue
            shown[field.field_name or ""] = None if value is None else field.to_representation(value)
        return shown


@functools.cache
def _shared_fields(output: type[Output]) -> list[Any]:
    # To copy and bind them for each answer takes longer than to write it.
    return list(output()._readable_fields)

"""The base of all models: frozen, exact, unknown fields forbidden, SchemaError instead of pydantic's, nothing private shown.

A model is built at first use (`defer_build`), so importing many costs little. Absent is the only way to say "not given":
a null in a document is refused; a Python caller may pass None for the same.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import core_schema as cs

from agetech.errors import SchemaError
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import dumps, quoted
from agetech.schemas.meaning import meanings
from agetech.schemas.refusal import Broken, refused

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass as _Meta
else:
    _Meta = type(BaseModel)  # its module is private, the class is not


class ModelMeta(_Meta):
    """Turns what a constructor raises into SchemaError and keeps a field called `schema` from warning."""

    def __new__(mcs, *args: Any, **kwargs: Any) -> Any:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message='Field name "(schema|copy|json)"', category=UserWarning)
            return super().__new__(mcs, *args, **kwargs)

    def __call__(cls, *args: Any, **fields: Any) -> Any:  # noqa: N805 - of a metaclass
        if args:
            raise SchemaError("E_FIELD_TYPE", cls.__name__, expected="fields by name", got="positional values")
        try:
            return super().__call__(**{name: value for name, value in fields.items() if value is not None})
        except ValidationError as fault:
            raise refused(cls.__name__, fault) from None


class Model(BaseModel, metaclass=ModelMeta):
    """A value of the data models: equal by content, hashable where its parts are."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True, ser_json_inf_nan="constants", protected_namespaces=()
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> cs.CoreSchema:
        made: cs.CoreSchema = _without_null(handler(source))
        return made

    @classmethod
    def parse(cls, content: Any) -> Self:
        """Return the model of JSON content (dicts, lists, text, numbers); SchemaError with a JSON Pointer."""
        try:
            made: Self = cls.__pydantic_validator__.validate_python(content)
        except ValidationError as fault:
            raise refused(cls.__name__, fault) from None
        except RecursionError:
            raise SchemaError("E_JSON_DEPTH", cls.__name__, expected="a document without loops") from None
        return made

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:  # noqa: ARG003 - pydantic's signature
        """Return `parse(obj)`."""
        return cls.parse(obj)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:  # noqa: ARG003 - pydantic's signature
        """Return the model of a JSON text, read strictly and exactly."""
        from agetech.schemas.jsontext import loads

        return cls.parse(loads(bytes(json_data) if isinstance(json_data, bytearray) else json_data))

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Return the model, checked: there is no way around the rules."""
        return cls(**values)

    def content(self) -> dict[str, Any]:
        """Return JSON content: dicts, lists, text, int, bool and Decimal; absent fields are left out."""
        return {name: _plain(value) for name, value in self.__dict__.items() if value is not None}

    def to_json(self) -> str:
        """Return the JSON text of `content()`, written without building it."""
        return "{" + ",".join([f'"{name}":{_text(value)}' for name, value in self.__dict__.items() if value is not None]) + "}"

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed, checked as a whole; None takes a field out."""
        return type(self)(**(self.__dict__ | changes))

    def model_copy(self, *, update: Any = None, deep: bool = False) -> Self:
        """Return a copy; an update is checked like any other content."""
        return self.replace(**update) if update else super().model_copy(deep=deep)

    def model_dump_json(self, **options: Any) -> str:  # noqa: ARG002 - pydantic's signature
        """Return the JSON text with all digits; options of pydantic do not apply."""
        return self.to_json()

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise SchemaError("E_FROZEN", type(self).__name__)

    def __delattr__(self, name: str) -> NoReturn:
        raise SchemaError("E_FROZEN", type(self).__name__)

    def __repr_args__(self) -> Any:
        """Show what is labelled free of personal data, and only that."""
        for name, meaning in meanings(type(self)).items():
            value = self.__dict__.get(name)
            if value is None:
                continue
            open_text = meaning.label == "none" and isinstance(value, str | int | bool) and len(str(value)) <= _SHOWN and name in self.shown
            yield name, value if open_text else ...

    shown: ClassVar[frozenset[str]] = frozenset({"schema", "schema_version", "kind", "status", "state", "type", "unit", "system"})

    def __str__(self) -> str:
        return repr(self)


_SHOWN = 100


def parts(model: type[Any]) -> list[type[Model]]:
    """Return every model that a model holds, at any depth."""
    found: dict[str, type[Model]] = {}

    def walk(kind: Any) -> None:
        if isinstance(kind, type) and issubclass(kind, Model) and kind.__name__ not in found and kind is not model:
            found[kind.__name__] = kind
            for info in kind.model_fields.values():
                walk(info.annotation)
                for extra in info.metadata:
                    walk(extra)
        for inner in get_args(kind):
            walk(inner)

    for info in model.model_fields.values():
        walk(info.annotation)
    return list(found.values())


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or kind is bool:
        return value
    if kind is Instant:
        return value.text
    if kind is tuple:
        return [_plain(item) for item in value]
    if kind is dict:
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Model):
        return value.content()
    if kind is list:
        return [_plain(item) for item in value]
    return value


def _text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is Instant:
        return f'"{value.text}"'
    if kind is tuple:
        return "[" + ",".join([_text(item) for item in value]) + "]"
    if isinstance(value, Model):
        return value.to_json()
    return dumps(_plain(value))


def _without_null(schema: Any) -> Any:
    """Return the schema with `X | None = None` fields taking X only: in a document absent is absent."""
    inner = schema
    while inner.get("type") in ("function-after", "function-before", "function-wrap", "definitions", "model"):
        inner = inner["schema"]
    if inner.get("type") == "model-fields":
        for field in inner["fields"].values():
            held = field["schema"]
            if held.get("type") == "default" and held["schema"].get("type") == "nullable":
                held["schema"] = held["schema"]["schema"]
    return schema


__all__ = ["Broken", "Model", "parts"]

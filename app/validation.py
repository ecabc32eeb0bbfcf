"""What pydantic found wrong, as a sentence: what was expected, what came, and, where one can be named, what to try."""

from collections.abc import Mapping
from functools import cache
from math import inf
from typing import Any

from pydantic import BaseModel, ValidationError

from .errors import BadMessage, BadValue, OutOfRange, UnknownField, UnrollError, shown

BEYOND_A_BOUND = {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "too_long", "string_too_long"}


def without_more(fields: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model, and the first of all others: one is enough to refuse them; pydantic would tell of each."""
    known = properties(model)
    unknown = next((name for name in fields if name not in known), None)
    return {name: value for name, value in fields.items() if name in known or name == unknown}


def explained(error: ValidationError, model: type[BaseModel], what: str) -> UnrollError:
    """The first fault pydantic found in `what`, such as "a run" or "`play`"."""
    fault = error.errors(include_url=False)[0]
    name = str(fault["loc"][0]) if fault["loc"] else ""
    kind, came, bounds = fault["type"], fault["input"], fault.get("ctx", {})
    if inside := _inside(model, fault["loc"]):
        return _in_an_entry(kind, came, *inside, name)
    known = ", ".join(properties(model))
    if kind == "extra_forbidden":
        return UnknownField(
            f"Expected fields of {what}; got {shown(name)}. There is no field of that name; the fields are {known}.",
            name[:60],
        )
    if kind == "missing" and len(fault["loc"]) == 1:
        return BadMessage(f"{what} needs {name}; got none. The fields are {known}.", name)
    whole = len(fault["loc"]) == 1 or not isinstance(fault["loc"][1], int)  # else one entry of a list is at fault
    inclusive, default = bounds.get("ge", bounds.get("le")), properties(model)[name].get("default")
    advice = (default if inclusive is None else inclusive) if whole and kind != "too_long" else None
    place = name if whole else f"{name}[{fault['loc'][1]}] is wrong: {name}"
    return _refusal(kind, came)(sentence(place, expected(properties(model)[name]), came, advice), name)


def _inside(model: type[BaseModel], path: tuple[int | str, ...]) -> tuple[str, str, dict[str, Any]] | None:
    """Of a fault in a field of an entry, such as changes[0].what: the entry, the field, and the schema of the entry."""
    if len(path) < 3:  # a list, a place in it, a field
        return None
    whole = model.model_json_schema(mode="validation")
    schema, place, found = whole, "", None
    for part in path:
        while "$ref" in schema or "anyOf" in schema:
            named = schema.get("$ref", "").rpartition("/")[2]
            schema = whole["$defs"][named] if named else schema["anyOf"][0]
        if isinstance(part, int):
            entries = dict(enumerate(schema.get("prefixItems", ())))
            schema, place = entries.get(part, schema.get("items", {})), f"{place}[{part}]"
        elif "properties" in schema:
            found = (place, part, schema) if place else None
            schema, place = schema["properties"].get(part, {}), f"{place}.{part}" if place else part
        else:  # what pydantic calls one of several kinds
            break
    return found


def _in_an_entry(kind: str, came: object, entry: str, field: str, schema: dict[str, Any], name: str) -> UnrollError:
    """The same refusals for a field of an entry of a list."""
    known = ", ".join(schema["properties"])
    if kind == "extra_forbidden":
        return UnknownField(f"{entry} has no field {shown(field)}; its fields are {known}.", name)
    if kind == "missing":
        return BadMessage(f"{entry} needs {field}; got none. Its fields are {known}.", name)
    return _refusal(kind, came)(sentence(f"{entry}.{field}", expected(schema["properties"][field]), came), name)


def _refusal(kind: str, came: object) -> type[OutOfRange | BadValue]:
    """Whether a value is beyond a bound, as what is beyond all doubles always is, or of no use at all."""
    is_number = isinstance(came, int | float) and not isinstance(came, bool)
    too_large = is_number and (kind == "float_type" or came in (inf, -inf))
    return OutOfRange if kind in BEYOND_A_BOUND or too_large else BadValue


@cache
def properties(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of each field, by the name it has in messages and files."""
    schema = model.model_json_schema(mode="validation")
    fields: dict[str, Any] = schema["properties"]
    return fields


def sentence(name: str, wanted: str, came: object, advice: object = None) -> str:
    """A refusal in the order in which it is read."""
    what_helps = "" if advice is None else f" Try {str(advice).lower() if isinstance(advice, bool) else shown(advice)}."
    return f"{name} must be {wanted}; got {kind_and_value(came)}.{what_helps}"


def kind_and_value(value: object) -> str:
    """What came; a text is called one, because a number in quotes looks like a number."""
    return f"text {shown(value)}" if isinstance(value, str) else shown(value)


def expected(schema: dict[str, Any]) -> str:
    """What a field takes, in words: "a whole number from 1 to 500"."""
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    if "const" in schema:
        return str(schema["const"])
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    if choices:
        optional = " (or none)" if len(choices) < len(schema["anyOf"]) else ""
        return " or ".join(map(expected, choices)) + optional
    match schema.get("type"):
        case "integer":
            return "a whole number" + bounds_in_words(schema)
        case "number":
            return "a number" + bounds_in_words(schema)
        case "string" if "pattern" in schema:
            return str(schema["description"])
        case "string":
            return "text" + (f" of at most {schema['maxLength']} characters" if "maxLength" in schema else "")
        case "boolean":
            return "true or false"
        case "array":
            most = f" of at most {schema['maxItems']} entries" if "maxItems" in schema else ""
            items = schema.get("items", {})
            return f"a list{most}" + (f", each {expected(items)}" if items else "")
        case _:
            return "an object"


def bounds_in_words(schema: dict[str, Any]) -> str:
    """The limits of a number."""
    least, above, most = schema.get("minimum"), schema.get("exclusiveMinimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f" from {least:.16g} to {most:.16g}"
    if above is not None:
        return f" greater than {above:g}" + (f" and at most {most:.16g}" if most is not None else "")
    if least is not None:
        return f", {least:g} or more"
    return f" of at most {most:.16g}" if most is not None else ""

"""Translates the parameters of /2010-04-01 to requests of /v1/voice, and what is wrong with these back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from api.http.problems import FieldError, Invalid
from api.http.requests import ApiRequest, checked_body
from api.http.services import RestServices
from api.http.v2010.errors import CodedProblem
from engine.errors import InvalidField, TelefoonError

WRONG_PARAMETER = 20001

Form = Mapping[str, Any]


def _same(value: Any) -> Any:
    return value


def or_none(text: str) -> str | None:
    """A parameter that takes away what there was where it is empty."""
    return text or None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a form: its field at /v1/voice (dots for objects within), and the numbers of its faults.

    It must be given where `missing` is set. `wrong` may look at what is given. `read` makes the field's value of the
    parameter's.
    """

    field: str
    wrong: int | Callable[[Any], int] = WRONG_PARAMETER
    missing: int | None = None
    read: Callable[[Any], Any] = _same


@dataclass(frozen=True, slots=True)
class Translation:
    """The parameters of an operation, and the numbers of the engine's refusals where they differ from the usual.

    `always` are fields that each of its requests has, by their names as of parameters; what is given goes before them.
    """

    parameters: Mapping[str, Parameter]
    refusals: Mapping[type[TelefoonError], int | Callable[[Any], int]]
    always: Mapping[str, Any] = field(default_factory=dict)

    def request(self, services: RestServices, asked: ApiRequest, operation_id: str, **path: str) -> ApiRequest:
        """The same request as /v1/voice has it, with this path. Raises CodedProblem, Invalid."""
        self.required(asked.body)
        operation = services.published.operations[operation_id]
        body = checked_body(self._body(asked.body), operation, services.published)
        return replace(asked, body=body, path={**asked.path, **path})

    def required(self, form: Form) -> Form:
        """The form, once all that must be given is. Raises CodedProblem."""
        for name, parameter in self.parameters.items():
            if parameter.missing is not None and not form.get(name):
                raise CodedProblem(parameter.missing, f"{name} is missing.")
        return form

    @contextmanager
    def told(self, form: Form = MappingProxyType({})) -> Iterator[None]:
        """What is wrong with a request of /v1/voice is told by the names and numbers of this interface.

        Raises CodedProblem. `form` is what was given.
        """
        try:
            yield
        except Invalid as error:
            raise self._of_fields(error.errors, form) from error
        except TelefoonError as error:
            number = self._number_of(error)
            if number is not None:
                raise CodedProblem(number, str(error), again_after_s=error.again_after_s) from error
            if isinstance(error, InvalidField):
                raise self._of_fields((FieldError(error.field, error.detail),), form) from error
            raise

    def _number_of(self, error: TelefoonError) -> int | None:
        for kind, number in self.refusals.items():
            if isinstance(error, kind):
                return number(error) if callable(number) else number
        return None

    def _body(self, form: Form) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for name, value in self.always.items():
            _put(body, name, value)
        for name, value in form.items():
            if name in self.parameters:
                parameter = self.parameters[name]
                _put(body, parameter.field, parameter.read(value))
        return body

    def _of_fields(self, faults: Sequence[FieldError], form: Form) -> CodedProblem:
        """One number, of the first; all sentences."""
        named = [(self._named(fault.field), fault) for fault in faults]
        first, parameter = named[0][0]
        wrong = parameter.wrong if parameter else WRONG_PARAMETER
        number = wrong(form.get(first, "")) if callable(wrong) else wrong
        return CodedProblem(number, "; ".join(f"{name}: {fault.detail}" for (name, _), fault in named))

    def _named(self, field: str) -> tuple[str, Parameter | None]:
        """The parameter of a field, or of the object that it is in; a field that is none's by its own name."""
        for name, parameter in self.parameters.items():
            if field == parameter.field or field.startswith(f"{parameter.field}."):
                return name, parameter
        return field, None


def _put(body: dict[str, Any], name: str, value: Any) -> None:
    """Put a field where its name says, in the objects within."""
    *objects, last = name.split(".")
    for each in objects:
        body = body.setdefault(each, {})
    body[last] = value

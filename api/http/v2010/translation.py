"""Translates the parameters of /2010-04-01 to requests of /v1/voice, and what is wrong with these back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from api.http.problems import FieldError, Invalid
from api.http.requests import ApiRequest, checked_body
from api.http.services import RestServices
from api.http.v2010.errors import CodedProblem
from engine.errors import InvalidField, TelefoonError

WRONG_PARAMETER = 20001


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a form: its field at /v1/voice (dots for objects within), and the numbers of its faults.

    It must be given where `missing` is set. `read` makes the field's value of the parameter's.
    """

    field: str
    wrong: int = WRONG_PARAMETER
    missing: int | None = None
    read: Callable[[Any], Any] = _same


@dataclass(frozen=True, slots=True)
class Translation:
    """The parameters of an operation, and the numbers of the engine's refusals where they differ from the usual."""

    parameters: Mapping[str, Parameter]
    refusals: Mapping[type[TelefoonError], int]

    def request(self, services: RestServices, asked: ApiRequest, operation_id: str, **path: str) -> ApiRequest:
        """The same request as /v1/voice has it, with this path. Raises CodedProblem, Invalid."""
        for name, parameter in self.parameters.items():
            if parameter.missing is not None and not asked.body.get(name):
                raise CodedProblem(parameter.missing, f"{name} is missing.")
        operation = services.published.operations[operation_id]
        body = checked_body(self._body(asked.body), operation, services.published)
        return replace(asked, body=body, path={**asked.path, **path})

    @contextmanager
    def told(self) -> Iterator[None]:
        """What is wrong with a request of /v1/voice is told by the names and numbers of this interface.

        Raises CodedProblem.
        """
        try:
            yield
        except Invalid as error:
            raise self._of_fields(error.errors) from error
        except InvalidField as error:
            raise self._of_fields((FieldError(error.field, error.detail),)) from error
        except TelefoonError as error:
            for kind, number in self.refusals.items():
                if isinstance(error, kind):
                    raise CodedProblem(number, str(error), again_after_s=error.again_after_s) from error
            raise

    def _body(self, form: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for name, value in form.items():
            if name in self.parameters:
                parameter, within = self.parameters[name], body
                *objects, last = parameter.field.split(".")
                for each in objects:
                    within = within.setdefault(each, {})
                within[last] = parameter.read(value)
        return body

    def _of_fields(self, faults: Sequence[FieldError]) -> CodedProblem:
        """One number, of the first; all sentences."""
        named = [(self._named(fault.field), fault) for fault in faults]
        _, number = named[0][0]
        return CodedProblem(number, "; ".join(f"{name}: {fault.detail}" for (name, _), fault in named))

    def _named(self, field: str) -> tuple[str, int]:
        """The parameter of a field, or of the object that it is in, and the number of its faults."""
        for name, parameter in self.parameters.items():
            if field == parameter.field or field.startswith(f"{parameter.field}."):
                return name, parameter.wrong
        return field, WRONG_PARAMETER

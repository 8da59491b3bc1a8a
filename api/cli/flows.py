"""`telefoon flow`: look at call flows without running them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.group import CommandGroup, examples
from api.cli.output import AsJson, print_json
from engine.errors import DocumentError, WebhookError
from engine.model.flow_reading import FlowReading

if TYPE_CHECKING:
    from engine.flow.diagnostics import Report
    from engine.flow.manner import ReadingManner

flows = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Call flows: check and convert them.")

Sources = Annotated[list[str], typer.Argument(metavar="FILE-or-URL…", help="Documents, in XML or JSON.")]
_REFUSED: Final = 1


@flows.command(epilog=examples("telefoon flow check menu.xml", "telefoon flow check https://shop.example/voice --json"))
def check(
    sources: Sources,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse what has a mistake.")] = False,
    called: Annotated[
        str, typer.Option(help="The number that is called, whose country's numbers may be written without its code.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Tell what of a flow runs here, what differs, what has no effect and what is a mistake, all at once.

    Mistakes in XML are passed over where a call can go on without them, and what becomes of each is told with it;
    --strict refuses them, as an account, a number or a call may choose. Ends with 1 if there is a mistake.
    """
    from engine.flow.manner import ReadingManner
    from engine.model.numbers import country_around

    manner = ReadingManner(FlowReading.STRICT if strict else None, country_around(called) if called else "")
    all_checked = {source: _checked(source, manner) for source in sources}
    if as_json:
        print_json([{"source": source, **_as_facts(checked)} for source, checked in all_checked.items()])
    else:
        for source, checked in all_checked.items():
            _print(source, checked)
    if any(checked.report.faults for checked in all_checked.values()):
        raise typer.Exit(_REFUSED)


@flows.command(epilog=examples("telefoon flow convert menu.xml", "telefoon flow convert menu.json > menu.xml"))
def convert(
    source: Annotated[str, typer.Argument(metavar="FILE-or-URL", help="A document, in XML or JSON.")],
    to: Annotated[str | None, typer.Option(help="xml or json; the other of the two if left out.")] = None,
) -> None:
    """Write a flow in the other spelling, with the same meaning."""
    from engine.errors import InvalidField
    from engine.flow.parse import parse
    from engine.flow.write import to_json_text, to_xml

    if to not in (None, "xml", "json"):
        raise InvalidField("to", f"{to} is neither xml nor json.")
    body, content_type = _body(source)
    document = parse(body, content_type)
    is_xml = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    typer.echo((to_json_text if (to or ("json" if is_xml else "xml")) == "json" else to_xml)(document), nl=False)


@dataclass(frozen=True, slots=True)
class _Checked:
    """What there is to say of a document, and whether a call would perform it."""

    report: "Report"
    runs: bool


def _checked(source: str, manner: "ReadingManner") -> _Checked:
    from api.cli.proofreading import VerbProofreader, proofreader
    from engine.flow.diagnostics import Report
    from engine.flow.parse import parse, read_flow

    report = Report(manner.country)
    try:
        body, content_type = _body(source)
        try:
            parse(body, content_type, report.findings(VerbProofreader(proofreader())))
        except DocumentError as fault:
            report.refuses(fault)
        read_flow(body, content_type, manner)
    except DocumentError:
        return _Checked(report, runs=False)
    except WebhookError as error:
        report.refuses(DocumentError(f"The document can't be had: {error}"))
        return _Checked(report, runs=False)
    return _Checked(report, runs=True)


def _body(source: str) -> tuple[bytes, str | None]:
    from api.cli.source import blocking_web, is_url, read_file

    if not is_url(source):
        return read_file(source)
    with blocking_web() as web:
        return web.body(source)


def _as_facts(checked: _Checked) -> Mapping[str, Any]:
    from engine.flow.diagnostics import REFUSED_WHOLE

    faults = [
        {"effect": _effect(checked), "line": fault.line, "column": fault.column, "element": fault.element,
         "attribute": fault.attribute, "detail": fault.reason, "done": fault.done if checked.runs else REFUSED_WHOLE}
        for fault in checked.report.faults
    ]  # fmt: skip
    remarks = [
        {"effect": remark.effect.value, "line": remark.line, "column": remark.column, "element": remark.element,
         "attribute": remark.attribute, "detail": remark.detail}
        for remark in checked.report.remarks
    ]  # fmt: skip
    return {"runs": checked.runs, "findings": [*faults, *remarks]}


def _print(source: str, checked: _Checked) -> None:
    mistakes = checked.report.faults
    verdict = "does not run as it is" if not checked.runs else "runs; mistakes are passed over" if mistakes else "runs"
    typer.echo(f"{source}: {verdict}")
    for fault in mistakes:
        typer.echo(f"  {_effect(checked):<7}  {fault if checked.runs else fault.mistake}")
    for remark in checked.report.remarks:
        typer.echo(f"  {remark.effect.value:<7}  {remark}")


def _effect(checked: _Checked) -> str:
    """What becomes of a mistake."""
    return "mistake" if checked.runs else "refused"

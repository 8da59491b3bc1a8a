"""`telefoon flow`: look at call flows without running them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.group import CommandGroup, examples
from api.cli.output import AsJson, print_json
from engine.errors import DocumentError, WebhookError

if TYPE_CHECKING:
    from engine.flow.diagnostics import Report

flows = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Call flows: check and convert them.")

Sources = Annotated[list[str], typer.Argument(metavar="FILE-or-URL…", help="Documents, in XML or JSON.")]
_REFUSED: Final = 1


@flows.command(epilog=examples("telefoon flow check menu.xml", "telefoon flow check https://shop.example/voice --json"))
def check(sources: Sources, as_json: AsJson = False) -> None:
    """Tell what of a flow runs here, what differs, what has no effect and what is refused, all at once.

    Ends with 1 if something would not run.
    """
    reports = {source: _report(source) for source in sources}
    if as_json:
        print_json([{"source": source, **_as_facts(report)} for source, report in reports.items()])
    else:
        for source, report in reports.items():
            _print(source, report)
    if any(report.faults for report in reports.values()):
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


def _report(source: str) -> "Report":
    from api.cli.proofreading import VerbProofreader, proofreader
    from engine.flow.diagnostics import Report
    from engine.flow.parse import parse

    report = Report()
    try:
        body, content_type = _body(source)
        parse(body, content_type, report.findings(VerbProofreader(proofreader())))
    except DocumentError as fault:
        report.faults.append(fault)
    except WebhookError as error:
        report.faults.append(DocumentError(f"The document can't be had: {error}"))
    return report


def _body(source: str) -> tuple[bytes, str | None]:
    from api.cli.source import blocking_web, is_url, read_file

    if not is_url(source):
        return read_file(source)
    with blocking_web() as web:
        return web.body(source)


def _as_facts(report: "Report") -> Mapping[str, Any]:
    faults = [
        {"effect": "refused", "line": fault.line, "column": fault.column, "element": fault.element,
         "attribute": fault.attribute, "detail": fault.detail}
        for fault in report.faults
    ]  # fmt: skip
    remarks = [
        {"effect": remark.effect.value, "line": remark.line, "column": remark.column, "element": remark.element,
         "attribute": remark.attribute, "detail": remark.detail}
        for remark in report.remarks
    ]  # fmt: skip
    return {"runs": not report.faults, "findings": [*faults, *remarks]}


def _print(source: str, report: "Report") -> None:
    verdict = "does not run as it is" if report.faults else "runs"
    typer.echo(f"{source}: {verdict}")
    for fault in report.faults:
        typer.echo(f"  refused  {fault}")
    for remark in report.remarks:
        typer.echo(f"  {remark.effect.value:<7}  {remark}")

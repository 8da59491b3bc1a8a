"""What a fallback is told of the flow in whose place it is asked for, under the field's names."""

from engine.flow_faults import FlowFault


def fallback_params(fault: FlowFault, url: str | None) -> dict[str, str]:
    """`url` is that of the document that could not be had or performed, None where it has none."""
    told = {"ErrorCode": str(fault.number)}
    return told if url is None else {**told, "ErrorUrl": url}

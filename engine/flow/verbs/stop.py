"""<Stop>: end something that <Start> began."""

from dataclasses import dataclass

from engine.errors import StreamError
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue
from engine.flow.shape import nested
from engine.flow.verbs.stream import StoppedStream


@dataclass(frozen=True, slots=True)
class Stop:
    """End streams that Start began. One that there is not is noted on the call, and the flow goes on."""

    streams: tuple[StoppedStream, ...] = nested(StoppedStream, help="The streams to end", least=1)

    def __post_init__(self) -> None:
        if not self.streams:
            raise ValueError("write a Stream: which one is to end.")

    async def run(self, context: ExecutionContext) -> Continue:
        for stream in self.streams:
            try:
                await context.stage.stop_stream(stream.name)
            except StreamError as error:
                await context.stage.note("stream_not_stopped", stream=stream.name, reason=str(error))
        return Continue()

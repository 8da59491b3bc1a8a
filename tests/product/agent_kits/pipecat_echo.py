"""An agent of pipecat-ai: a pipeline that says back what it hears, goes quiet at the key 1, and hangs up at the key 9.

It hangs up as the kit does: by the REST interface of the platform. Run by the kit's own interpreter:

    SERVER=http://… ACCOUNT_SID=AC… AUTH_TOKEN=… python pipecat_echo.py --port 8090
"""

import argparse
import os

import uvicorn
from fastapi import FastAPI, WebSocket
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import EndFrame, Frame, InputAudioRawFrame, InputDTMFFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.workers.runner import WorkerRunner

app = FastAPI()


class Echo(FrameProcessor):
    """Says back what comes, until it is told to be quiet."""

    quiet = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take a frame of the transport."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            if not self.quiet:
                await self.push_frame(OutputAudioRawFrame(frame.audio, frame.sample_rate, frame.num_channels))
        elif isinstance(frame, InputDTMFFrame) and frame.button == KeypadEntry.ONE:
            self.quiet = True
            await self.broadcast_interruption()
        elif isinstance(frame, InputDTMFFrame) and frame.button == KeypadEntry.NINE:
            await self.push_frame(EndFrame())
        else:
            await self.push_frame(frame, direction)


@app.websocket("/media")
async def media(websocket: WebSocket) -> None:
    """One call."""
    await websocket.accept()
    kind, call = await parse_telephony_websocket(websocket)
    print("began", kind, call["call_id"], flush=True)
    serializer = TwilioFrameSerializer(
        stream_sid=call["stream_id"],
        call_sid=call["call_id"],
        account_sid=os.environ["ACCOUNT_SID"],
        auth_token=os.environ["AUTH_TOKEN"],
        base_url=os.environ["SERVER"],
    )
    transport = FastAPIWebsocketTransport(
        websocket,
        FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True, serializer=serializer),
    )
    rates = PipelineParams(audio_in_sample_rate=8000, audio_out_sample_rate=8000)
    worker = PipelineWorker(Pipeline([transport.input(), Echo(), transport.output()]), params=rates)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()
    print("ended", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port, log_level="warning")

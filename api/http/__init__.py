"""The REST interface: reads requests, asks the engine, writes JSON."""

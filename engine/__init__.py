"""The engine: calls, conferences, flows and recordings; knows neither SIP nor an HTTP server."""

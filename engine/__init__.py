"""What a call, a conference, a flow and a recording are; knows neither SIP nor an HTTP server."""

"""What decides where a call goes: plain data and pure functions, without SIP, HTTP or a database."""

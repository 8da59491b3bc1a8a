"""Programs that talk with the people on a call by text: what they and the platform tell each other, and when.

The protocol is that of ConversationRelay; nothing here knows of sockets, speech or calls.
"""

"""Conversations of live calls with programs that talk by text (ConversationRelay)."""

"""Readers of what others write: whatever comes, they read it or raise their own error."""

"""The error about wrong settings, apart from them: to tell of it, nothing else need be loaded."""


class SettingsError(Exception):
    """A wrong setting; the text names it, what was given and what is allowed."""

"""Every element that the package twilio can write, each with three documents and what becomes of them here."""

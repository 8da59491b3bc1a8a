"""Fax over T.38 (ITU-T T.38 Annex D) between two far ends, past the library."""

"""Tables that PostgreSQL keeps in parts, one for each month, so that a month can go at once; SQLite keeps them whole.

Identifiers begin with their time (engine/ids.py), so a part is a range of identifiers: no column is added for it.
"""

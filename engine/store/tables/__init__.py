"""Every table by noun; each column says whether it tells of a person.

Columns are named as the fields of the dataclasses that they hold, so rows and values need no mapping. A command loads
the tables that it needs; all of them are in `complete`.
"""

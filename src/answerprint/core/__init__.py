"""What every floor speaks: exact time, records, findings, proposals, the cut, and coded errors.

Imports the standard library and msgspec only.
"""

"""The gate proves itself: a target with one known flaw, or a generator that is kept from its work.

`atalaia load prove` plays every case; each must end with its own verdict, for its own reason.
"""

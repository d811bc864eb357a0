"""Limiters allow what they are meant to, and deny the rest."""

"""Connectivity: everything that is declared is there, works, and is what it is said to be."""

"""`make setup`: server packages and the virtual environment .venv, each only when something is missing.

It runs before anything is installed: standard library only, and __main__ parses on older Pythons
so that they get a message.
"""

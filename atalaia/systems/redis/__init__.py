"""Redis: whether it asks who you are, and what it says about itself; nothing is written to it."""

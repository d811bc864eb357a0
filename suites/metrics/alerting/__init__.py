"""Rules are loaded and mean something, and alerts reach whom they should."""

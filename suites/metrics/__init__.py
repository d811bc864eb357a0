"""The monitoring sees the stack as it is, and tells people what they must know."""

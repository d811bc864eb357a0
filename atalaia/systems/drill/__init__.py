"""The fire drill: an alert on purpose, pushed, followed on its whole way, and taken back."""

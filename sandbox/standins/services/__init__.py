"""The eight services' stand-ins: one implementation, told apart by their configuration."""

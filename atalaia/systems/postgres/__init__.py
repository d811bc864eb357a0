"""PostgreSQL: logging in and asking who it is."""

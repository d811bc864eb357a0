"""Routes lead where they are meant to, and nowhere else."""

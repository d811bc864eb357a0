"""What the Makefile calls: set-up, the demo, the toolkit's own tests. Standard library only."""

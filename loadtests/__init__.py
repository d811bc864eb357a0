"""Load on a stack, in a process of its own. Nothing else of Atalaia imports Locust."""

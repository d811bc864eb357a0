"""What is probed, and how often: planned from the environment, without further configuration."""

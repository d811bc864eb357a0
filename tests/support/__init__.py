"""What several tests need: servers on loopback, and runs of the plugin."""

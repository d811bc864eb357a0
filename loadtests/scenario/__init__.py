"""What is to be sent, from a scenario's YAML and an environment: nothing is sent here but a login."""

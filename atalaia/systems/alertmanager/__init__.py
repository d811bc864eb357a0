"""The Alertmanager: what it runs with, and whom an alert reaches by it."""

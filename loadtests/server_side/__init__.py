"""What Prometheus says of the stack over the very window of a run: who saw what, and who took how long.

queries (data) → asking (the only effect) → counting, judging (pure) → ServerSide, a part of load.json.
"""

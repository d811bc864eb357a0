"""Load on a stack, in a process of its own. Nothing else of Atalaia imports Locust.

scenario/ (what is to be sent, from YAML and the environment) → plan → generator/ (Locust, in a process
of its own) → measured → verdict/ (PASS, FAIL or INVALID) → telling/, history/.
Only generator/ imports Locust.
"""

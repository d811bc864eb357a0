"""The process that sends: Locust's runners, geventhttpclient's connections, an open model of arrivals.

__main__ (alone, master or worker) → arrivals (when) → filling, asking (what) → sending, connection, pools
(how) → recording (what came of it) → gathering (all workers' samples as one).
Only this package imports Locust, and only its own process imports this package's other modules: importing
Locust patches Python's sockets and threads.
"""

"""Earlier load tests, and this one beside them.

    OUT/load.json                          the latest run
    OUT/load/runs/ID/load.json             a whole run (docs/load.schema.json)
    OUT/load/runs/ID/measured.json         its histograms and counts
    OUT/load/runs/ID/configuration.json    what was sent, without secrets
    OUT/load/runs/ID/accepted              a user's word: from this run on, this is how fast it is

keeping.py writes and reads; comparison.py judges a regression, purely; host.py says what this machine is.
"""

"""The suites that run against a live stack. The toolkit's own tests are in tests/."""

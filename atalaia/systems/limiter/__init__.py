"""A limiter as its client sees it: its headers, its windows, and one measurement that uses it up."""

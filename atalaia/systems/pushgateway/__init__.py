"""The Pushgateway: handing it a page, and what lies there."""

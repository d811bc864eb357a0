"""The Pushgateway: handing it a page, and what lies there. `client` loads httpx; import it when it is due."""

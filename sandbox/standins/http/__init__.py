"""A small HTTP/1.1 server and client for the stand-ins: protocols on httptools, no framework."""

"""Kong: its declarative file, routing, plugins, error bodies and documents, as 3.4 has them."""

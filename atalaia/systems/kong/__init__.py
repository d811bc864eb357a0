"""Kong: its declarative file, its routing, its plugins, its error bodies and its documents, as 3.4 has them."""

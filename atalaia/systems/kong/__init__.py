"""Kong: its declarative file, its routing, its error bodies and its documents, as 3.4 has them."""

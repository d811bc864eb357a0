"""Kong's stand-in: the model in atalaia.systems.kong, served."""

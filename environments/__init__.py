"""Environment files that come with Atalaia, one YAML file a stack: data, no code."""

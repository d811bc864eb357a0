"""The checks as probes, asked again and again: each run stands for one moment of the stack."""

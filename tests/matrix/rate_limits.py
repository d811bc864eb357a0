"""The detection matrix of rate limits: for every fault, exactly the check@target that must fail."""

MATRIX: dict[str, set[str]] = {}

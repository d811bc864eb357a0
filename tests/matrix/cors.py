"""The detection matrix of cors: for every fault, exactly the check@target that must fail."""

MATRIX: dict[str, set[str]] = {}

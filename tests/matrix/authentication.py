"""The detection matrix of authentication: for every fault, exactly the check@target that must fail."""

MATRIX: dict[str, set[str]] = {}

"""The detection matrix of headers: for every fault, exactly the check@target that must fail."""

MATRIX: dict[str, set[str]] = {}

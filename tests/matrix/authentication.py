"""The detection matrix of authentication: for every fault, exactly the check@target that must fail."""

_PROTECTED = tuple(
    f"/api/v1/{name}"
    for name in ("users", "clinics", "conversations", "appointments", "whatsapp", "calendar")
)


def _everywhere(check: str) -> set[str]:
    """A fault of the gateway itself shows on every route that asks for a token."""
    return {f"{check}@{target}" for target in _PROTECTED}


MATRIX: dict[str, set[str]] = {
    "token-not-enforced": {"token.not-enforced@/api/v1/calendar"},
    "token-anonymous": {"token.anonymous-let-in@/api/v1/calendar"},
    "token-expiry-unverified": {"token.expiry-unverified@/api/v1/calendar"},
    "token-in-url": {"token.taken-elsewhere@/api/v1/calendar"},
    "token-preflight-refused": {
        "token.preflight-refused@/api/v1/calendar",
        "cors.preflight-refused@/api/v1/calendar",
    },
    "token-weak-secret": {"token.weak-secret@gateway"},
    "token-unsigned-accepted": _everywhere("token.unsigned-accepted"),
    "token-expired-accepted": _everywhere("token.expired-accepted"),
    "token-forged-accepted": _everywhere("token.forged-accepted"),
    "token-malformed-accepted": _everywhere("token.malformed-accepted"),
    "token-left-to-service": {
        "token.not-required@/api/v1/calendar",
        "declaration.differs@kong-1",
        "declaration.differs@kong-2",
    },
    "token-refused-late": _everywhere("token.refused-reaches-service"),
    "token-other-clinic-accepted": {"token.other-tenant-accepted@/api/v1/users"},
    "token-lives-longer": {"token.other-lifetime@jwt"},
    "token-refusal-leaks": {"token.refusal-leaks@/api/v1/users"},
    "token-challenge-missing": _everywhere("token.challenge-missing"),
    "token-refused-elsewhere": _everywhere("token.not-required"),
}

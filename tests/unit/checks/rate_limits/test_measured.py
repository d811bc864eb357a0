"""A limiter's measurement, judged: what passes, what fails and why, and what decides nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from atalaia.checks.catalogue import by_id
from atalaia.checks.check import Finding, Inconclusive
from atalaia.checks.rate_limits.promise import Promise
from atalaia.checks.rate_limits.storeless import Storeless
from atalaia.exchange.exchange import Exchanges
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.hop import Hop
from tests.support.limiters import START, limited, seen, unanswered, used_up

PROMISE = Promise(
    what="requests of one client to /api/v1/users",
    limit=5, window=60.0, windows=((60.0, 5),), shared=True, overshoot=0.0, own=True, alone=True,
    hop=Hop.GATEWAY, cause="kong.yml:12",
)  # fmt: skip
FRONT = replace(PROMISE, what="requests of one address to the front", hop=Hop.LOAD_BALANCER)
TIMEOUT = Failure(reason=Reason.TIMEOUT, detail="no whole answer within 3s")


def judge(name: str, *payloads, of: Promise = PROMISE):
    return by_id(f"limiter.{name}").judge(payloads, of)


def only(verdict) -> Finding:
    assert isinstance(verdict, list), verdict
    (finding,) = verdict
    return finding


def why(verdict) -> str:
    assert isinstance(verdict, Inconclusive), verdict
    return verdict.reason


# --- how many pass


def test_as_many_as_declared_pass():
    assert judge("not-enforced", seen(used_up(5))) == []


def test_what_was_sent_in_an_earlier_window_does_not_count():
    assert judge("not-enforced", seen([*used_up(4, denied=0), *used_up(5, at=START + 60)])) == []


def test_one_more_than_declared_is_too_many():
    finding = only(judge("not-enforced", seen(used_up(6, limit=6))))
    assert finding.observed == "within a minute 6 requests passed before one was denied"
    assert finding.cause == "kong.yml:12"


def test_what_a_node_refuses_before_its_limiter_has_not_passed_it():
    def refused(at):
        answer = limited(None, node=1, at=at, hop=Hop.GATEWAY)
        assert answer.response is not None
        return answer.model_copy(update={"response": replace(answer.response, status=401)})

    steps = [step for n in range(6) for step in (limited(4 - n, at=START + n), refused(START + n))]
    reason = why(judge("not-enforced", seen(steps)))
    assert reason.startswith("6 of 12 requests never came to the limiter: kong-2.test:8000: Kong answered")


def test_a_front_that_is_too_slow_for_its_window_has_not_passed_too_many():
    def sent(every: float):
        return seen([limited(None, at=START + 7 + n * every, hop=Hop.LOAD_BALANCER) for n in range(12)])

    assert "5 requests within a minute" in why(judge("not-enforced", sent(13), of=FRONT))
    assert "12 requests passed" in only(judge("not-enforced", sent(1), of=FRONT)).observed


def test_no_limiter_at_all_is_told_as_such():
    silent = seen([limited(None, at=START + n / 100) for n in range(12)])
    told = only(judge("not-enforced", silent)).observed
    assert told == "within a minute 12 requests passed, and no answer told of a limiter"
    told = only(judge("not-enforced", silent, of=replace(PROMISE, opens=True))).observed
    assert told.endswith("without its store it lets everything pass (fault_tolerant)")


def test_nodes_that_count_for_themselves_are_told_by_their_counts():
    steps = [limited(4 - n // 2, node=n % 2, at=START + n / 100) for n in range(10)]
    per_node = seen([*steps, limited(0, denied=True, at=START + 1)])
    told = only(judge("not-enforced", per_node)).observed
    assert "5 by kong-1.test:8000, 5 by kong-2.test:8000: every node counts for itself" in told
    assert judge("not-enforced", per_node, of=replace(PROMISE, shared=False)) == []


def test_an_early_denial_is_a_defect_where_nobody_else_uses_the_budget():
    assert "only 3 requests passed" in only(judge("not-enforced", seen(used_up(3)))).observed
    silent = seen([*(limited(None) for _ in range(3)), limited(None, denied=True)])
    assert "only 3 requests passed" in only(judge("not-enforced", silent)).observed
    assert "nothing tells" in why(judge("not-enforced", silent, of=replace(PROMISE, own=False)))


def test_what_others_have_used_is_taken_into_account():
    assert judge("not-enforced", seen(used_up(3, used=2))) == []
    assert "told of 1 before it" in only(judge("not-enforced", seen(used_up(3, used=1)))).observed
    assert "others had used" in why(judge("not-enforced", seen(used_up(0))))


def test_a_target_that_is_too_slow_decides_nothing():
    slow = seen([limited(4 - n, at=START + 10 * n) for n in range(4)])
    assert "4 requests within a minute, at 0.1 a second; 6 are needed" in why(judge("not-enforced", slow))


@pytest.mark.parametrize("name", ["not-enforced", "wrong-headers", "wrong-reset"])
def test_requests_without_an_answer_decide_nothing(name):
    cut = seen([*used_up(5), unanswered(TIMEOUT)])
    assert why(judge(name, cut)) == "1 of 8 requests had no answer: timeout: no whole answer within 3s"


def test_a_denial_of_the_gateway_says_nothing_about_the_front():
    behind = seen([limited(None, hop=Hop.SERVICE), limited(None, denied=True)])
    assert "the gateway's limiter denied" in why(judge("not-enforced", behind, of=FRONT))
    own = [limited(None, at=START + n) for n in range(5)]
    denied = limited(None, denied=True, hop=Hop.LOAD_BALANCER, at=START + 6)
    assert judge("not-enforced", seen([*own, denied]), of=FRONT) == []


def burst(passed: int, at: float = START):
    return seen([limited(0, denied=n >= passed, at=at) for n in range(20)])


def test_a_burst_may_overshoot_by_what_is_declared():
    assert judge("overshoots", burst(5)) == []
    assert "of 20 sent at once 6 passed" in only(judge("overshoots", burst(6))).observed
    tolerant = replace(PROMISE, overshoot=0.2)
    assert judge("overshoots", burst(6), of=tolerant) == []
    assert "20% of overshoot declared" in only(judge("overshoots", burst(7), of=tolerant)).expected


def test_a_burst_over_two_windows_decides_nothing():
    assert "a window began" in why(judge("overshoots", burst(6, at=START - 0.001)))


# --- what is told


def test_headers_as_configured_pass():
    hours = replace(PROMISE, windows=((60.0, 5), (3600.0, 100)))
    steps = [limited(4 - n, at=START + n, hour=(100, 99 - n)) for n in range(5)]
    assert judge("wrong-headers", seen(steps), of=hours) == []
    assert judge("wrong-headers", seen(used_up(5))) == []
    assert judge("wrong-headers", seen([*used_up(2, denied=0), *used_up(5, at=START + 60)])) == []


def kinds(verdict) -> str:
    assert isinstance(verdict, list)
    return "; ".join(f"{finding.expected} → {finding.observed}" for finding in verdict)


def test_missing_headers_are_told_once_each():
    stripped = seen([limited(4 - n, without=("RateLimit-Remaining",)) for n in range(4)])
    assert kinds(judge("wrong-headers", stripped)) == (
        "RateLimit-Remaining as configured: 5 a minute → no RateLimit-Remaining on 200"
    )
    assert kinds(judge("wrong-headers", seen([limited(None)]))).count("no RateLimit-") == 3


def test_another_limit_than_the_configured_one_is_told():
    told = kinds(judge("wrong-headers", seen([limited(9, limit=10)])))
    assert "X-RateLimit-Limit-Minute as configured: 5 a minute → 10 on 200" in told


def test_the_window_with_the_least_left_is_the_one_that_is_told():
    hours = replace(PROMISE, windows=((60.0, 5), (3600.0, 100)))
    told = kinds(judge("wrong-headers", seen([limited(4, hour=(100, 2))]), of=hours))
    assert "4 of 5 on 200, where 2 of 100 are left" in told


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([limited(3), limited(3)], "3 left after 3"),
        ([limited(4), limited(1)], "1 left after 4"),
        ([limited(5)], "5 left after a request, of 5"),
    ],
)
def test_remaining_falls_by_one_with_each_request(steps, words):
    assert words in kinds(judge("wrong-headers", seen(steps)))


def test_where_others_use_the_budget_too_it_may_fall_faster():
    steps = seen([limited(4), limited(1)])
    assert judge("wrong-headers", steps, of=replace(PROMISE, own=False)) == []


def test_reset_is_within_the_window_and_ends_with_the_clocks_minute():
    assert judge("wrong-reset", seen(used_up(5))) == []
    assert "67 s" in kinds(judge("wrong-reset", seen([limited(4, reset=67)])))
    assert "0 s" in kinds(judge("wrong-reset", seen([limited(4, reset=0)])))
    assert "by the answer's Date" in kinds(judge("wrong-reset", seen([limited(4, reset=20, at=START + 10)])))
    assert judge("wrong-reset", seen([limited(4, reset=49, at=START + 10)])) == [], "a second of tolerance"


def test_nodes_with_different_clocks_are_told():
    late = limited(3, node=1).model_copy(update={"sent_at": START - 30})
    assert "their clocks are 30 s apart" in kinds(judge("wrong-reset", seen([limited(4), late])))


def test_a_denial_says_when_to_come_back():
    assert judge("unhelpful-denial", seen(used_up(5))) == []
    for denial, words in (
        (limited(0, denied=True, without=("Retry-After",)), "a 429 without it"),
        (limited(0, denied=True, Retry_After="7"), "Retry-After 7, RateLimit-Reset 60"),
        (limited(0, denied=True, Content_Type="text/html"), "text/html"),
        (limited(0, denied=True, body=b"busy"), "Kong answered 429: busy"),
        (limited(0, denied=True, body=b"{}"), "Kong answered 429: {}"),
    ):
        assert words in only(judge("unhelpful-denial", seen([denial]))).observed


def test_a_denial_of_the_front_says_when_to_come_back_within_two_periods():
    def denied(**more):
        return limited(None, denied=True, hop=Hop.LOAD_BALANCER, **more)

    page = {"Content_Type": "text/html", "body": b"<h1>429 Too Many Requests</h1>"}
    assert judge("unhelpful-denial", seen([denied(Retry_After="120", **page)]), of=FRONT) == []
    for denial, words in (
        (denied(without=("Retry-After",), **page), "a 429 without it"),
        (denied(Retry_After="Wed, 21 Oct 2026 07:28:00 GMT", **page), "Retry-After: Wed, 21 Oct"),
        (denied(Retry_After="0", **page), "Retry-After: 0"),
        (denied(Retry_After="121", **page), "Retry-After: 121"),
        (denied(body=b" "), "an empty body"),
    ):
        finding = only(judge("unhelpful-denial", seen([denial]), of=FRONT))
        assert words in finding.observed
        assert finding.hop == Hop.LOAD_BALANCER.value


def test_where_nobody_was_denied_no_denial_is_judged():
    assert "denied nobody" in why(judge("unhelpful-denial", seen([limited(4)])))


UNEXPECTED = b'{"message":"An unexpected error occurred"}'


def without_store(status: int, *, by: Hop = Hop.SERVICE, body: bytes = b"{}"):
    answer = limited(None)
    assert answer.response is not None
    response = replace(answer.response, status=status, body=body)
    return answer.model_copy(update={"response": response, "answered_by": by})


def test_a_limiter_without_its_store_opens_or_closes_as_declared():
    opens, closes = Storeless(True, PROMISE), Storeless(False, PROMISE)
    closed = without_store(500, by=Hop.GATEWAY, body=UNEXPECTED)
    for fine in (limited(4), limited(0, denied=True)):
        for meant in (opens, closes):
            assert judge("fails-otherwise", fine, of=meant) == [], "it counts"
    assert judge("fails-otherwise", without_store(200), of=opens) == []
    assert judge("fails-otherwise", closed, of=closes) == []
    silent = only(judge("fails-otherwise", without_store(200), of=closes))
    assert "nothing tells of a limiter" in silent.observed
    assert silent.expected.endswith("without its store the limiter is closed: Kong answers 500")
    assert silent.cause == "kong.yml:12"
    shut = only(judge("fails-otherwise", closed, of=opens))
    assert "Kong answered 500: An unexpected error occurred" in shut.observed


def test_what_never_came_to_the_limiter_says_nothing_about_its_store():
    meant = Storeless(False, PROMISE)
    refused = without_store(401, by=Hop.GATEWAY)
    assert "refused before its limiter" in why(judge("fails-otherwise", refused, of=meant))
    assert "no answer" in why(judge("fails-otherwise", unanswered(TIMEOUT), of=meant))
    assert only(judge("fails-otherwise", without_store(401), of=meant)), "the service's own 401 had passed"


def test_a_client_is_served_again_with_a_whole_budget():
    measured = seen(used_up(5))
    assert judge("sticks", measured, limited(4, at=START + 61)) == []
    still = limited(0, denied=True, at=START + 61)
    assert "still denied 60.9 s after the last denial" in only(judge("sticks", measured, still)).observed
    assert "others may have" in why(judge("sticks", measured, still, of=replace(PROMISE, own=False)))
    assert "with 1 left of 5" in only(judge("sticks", measured, limited(1, at=START + 61))).observed
    assert "had no answer" in why(judge("sticks", measured, unanswered(TIMEOUT)))
    early = seen([*used_up(5), limited(4, denied=True, at=START + 60)])
    assert only(judge("sticks", early, limited(4, at=START + 61))).observed == "denied, with 4 left"


# --- whose budget


def pair(*left: int | None, **more):
    """Two clients in turn, with what each was told to have left."""
    return Exchanges(steps=tuple(limited(each, at=START + n, **more) for n, each in enumerate(left)))


def test_two_clients_have_a_budget_each():
    assert judge("clients-share", pair(4, 4, 3, 3, 2, 2)) == []
    assert judge("clients-share", pair(3, 4, 4, 4, 3, 3)) == [], "a window began after the first"
    told = only(judge("clients-share", pair(4, 3, 2, 1, 0, 0))).observed
    assert told == "they spend the same one: sent in turn, they were left 4, 3, 2, 1, 0, 0"


def test_what_is_counted_late_is_not_anothers_doing():
    late = "the first client's first request was counted together with its second"
    assert judge("clients-share", pair(4, 4, 4, 3, 2, 2)) == [], late
    assert "sent in turn" in only(judge("clients-share", pair(4, 4, 4, 2, 1, 0))).observed


def test_a_denial_of_a_client_that_sent_little_is_anothers_doing():
    steps = (*pair(1, 0).steps, limited(0, denied=True))
    assert "was denied" in only(judge("clients-share", Exchanges(steps=steps))).observed


def test_what_two_clients_see_may_decide_nothing():
    assert "a window began between" in why(judge("clients-share", pair(None, None, None, None)))
    front = (limited(None, denied=True, hop=Hop.LOAD_BALANCER),)
    assert "the front's limit" in why(judge("clients-share", Exchanges(steps=front)))
    assert "no answer" in why(judge("clients-share", Exchanges(steps=(unanswered(TIMEOUT),))))


def test_a_claimed_address_helps_no_denied_client():
    no, yes = limited(0, denied=True), limited(4)
    assert judge("evadable", seen(used_up(5), forged=(no, no), again=no)) == []
    assert judge("evadable", seen(used_up(5), forged=(no, no), again=yes)) == []
    claimed = yes.model_copy(update={"sent": (("X-Forwarded-For", "203.0.113.1"),)})
    told = only(judge("evadable", seen(used_up(5), forged=(no, claimed), again=no))).observed
    assert "203.0.113.1" in told
    assert "a window began" in why(judge("evadable", seen(used_up(5), forged=(claimed, no), again=yes)))
    assert "nothing was sent" in why(judge("evadable", seen(used_up(5))))
    cut = seen(used_up(5), forged=(unanswered(TIMEOUT),), again=no)
    assert "had no answer" in why(judge("evadable", cut))


def reached(before: int | None, after: int | None):
    return seen(used_up(5), reached_before=before, reached_after=after)


def test_what_is_denied_reaches_no_service():
    assert judge("denied-reaches-service", reached(10, 15)) == []
    told = only(judge("denied-reaches-service", reached(10, 17))).observed
    assert told == "7 requests reached the service, of 5 that passed and 2 that were denied"
    assert "could not be read" in why(judge("denied-reaches-service", reached(None, None)))
    assert "less than the answers" in why(judge("denied-reaches-service", reached(10, 12)))


def test_where_others_ask_the_service_too_only_a_whole_leak_is_told():
    busy = replace(PROMISE, alone=False)
    assert "others asked it" in why(judge("denied-reaches-service", reached(10, 16), of=busy))
    assert only(judge("denied-reaches-service", reached(10, 17), of=busy))
    assert "others asked it" in why(judge("denied-reaches-service", reached(10, 40), of=busy))

"""Counts add up in one recorder, over its encoding, and over many."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from loadtests.generator.recording import REASONS, Recorder, Tally

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["well", "failed", "late", "crowded", "unsent"]),
        st.integers(min_value=0, max_value=1),
        st.sampled_from(["a", "b"]),
        st.integers(min_value=0, max_value=3),
        st.floats(min_value=0, max_value=60),
    ),
    max_size=60,
)
Event = tuple[str, int, str, int, float]


def recorded(events: list[Event]) -> Recorder:
    recorder = Recorder()
    for kind, stage, name, second, took in events:
        key = (stage, name)
        if kind in {"crowded", "unsent"}:
            recorder.left(key, second, crowded=kind == "crowded")
            continue
        recorder.began(key, second)
        recorder.lag.record(took)
        if kind == "well":
            recorder.went_well(key, second, took, took / 2)
        elif kind == "failed":
            recorder.failed(key, second, "503")
        else:
            recorder.ran_out(key, second)
    return recorder


@given(EVENTS)
def test_every_request_is_counted_once_everywhere(events: list[Event]) -> None:
    recorder = recorded(events)
    tallies = recorder.tallies.values()
    assert recorder.intended == recorder.sent + recorder.dropped == len(events)
    assert recorder.sent == recorder.done + recorder.timed_out
    assert recorder.intended == sum(tally.intended for tally in tallies)
    assert recorder.intended == sum(tally.corrected.count for tally in tallies)
    assert recorder.intended == sum(counts[0] for counts in recorder.seconds.values())
    assert recorder.sent == sum(counts[2] + counts[3] for counts in recorder.seconds.values())
    assert recorder.good == sum(tally.service.count for tally in tallies)
    assert recorder.unsent == sum(kind == "unsent" for kind, *_ in events)
    assert sum(tally.corrected.never for tally in tallies) == recorder.intended - recorder.good


@given(EVENTS, EVENTS)
def test_parts_merge_to_the_whole(first: list[Event], second: list[Event]) -> None:
    merged = recorded(first)
    merged.merge(Recorder.decode(json.loads(json.dumps(recorded(second).encode()))))
    whole = recorded([*first, *second])
    assert _sorted(merged) == _sorted(whole)


def _sorted(recorder: Recorder) -> object:
    encoded = recorder.encode()
    return {
        key: sorted(value, key=str) if key in {"seconds", "tallies"} else value
        for key, value in encoded.items()
    }


def test_reasons_are_few() -> None:
    tally = Tally()
    for number in range(100):
        tally.failed(str(number))
    assert len(tally.failures) == REASONS + 1
    assert tally.failures["other"] == 100 - REASONS

"""STATE: never ahead of what is committed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from target_gcs_snowflake_merge.state import MOST_BYTES, StateGate


def test_a_state_waits_for_the_records_before_it() -> None:
    """Only when every batch with earlier records is committed does a STATE go out, the newest once."""
    gate = StateGate()
    gate.hold("a", 1)
    gate.hold("b", 2)
    gate.arrive(1, b"one")
    gate.arrive(2, b"two")
    assert gate.emittable() is None
    gate.release("b")
    assert gate.emittable() is None
    gate.release("a")
    assert gate.emittable() == b"two"
    assert gate.emittable() is None


def test_a_state_does_not_wait_for_later_records() -> None:
    """Records that came behind a STATE do not hold it."""
    gate = StateGate()
    gate.arrive(0, b"zero")
    gate.hold("a", 1)
    gate.arrive(1, b"one")
    assert gate.emittable() == b"zero"


def test_the_same_state_goes_out_once() -> None:
    """A tap that repeats itself makes no noise."""
    gate = StateGate()
    gate.arrive(1, b"same")
    assert gate.emittable() == b"same"
    gate.arrive(2, b"same")
    assert gate.emittable() is None


def test_a_tap_that_sends_many_states_does_not_fill_the_memory() -> None:
    """Few of those that wait are kept; the newest always is, and an older one where it is the newest."""
    gate = StateGate()
    gate.hold("a", 1)
    for number in range(1, 1001):
        gate.arrive(number, b"%d" % number)
    gate.hold("b", 500)
    assert gate.emittable() is None
    gate.release("a")
    older = gate.emittable()
    assert older is not None
    assert int(older) < 500
    gate.release("b")
    assert gate.emittable() == b"1000"


def test_large_states_do_not_fill_the_memory() -> None:
    """Two wait at most: the oldest, so that the bookmark moves on, and the newest."""
    gate = StateGate()
    gate.hold("a", 1)
    for number in range(1, 101):
        gate.arrive(number, b"%d" % number + b" " * MOST_BYTES)
    gate.hold("b", 60)
    gate.release("a")
    assert (gate.emittable() or b"").split() == [b"1"]
    assert gate.emittable() is None
    gate.release("b")
    assert (gate.emittable() or b"").split() == [b"100"]


@given(st.lists(st.tuples(st.sampled_from("hsr"), st.integers(0, 3)), max_size=40))
def test_no_state_is_ahead_of_an_uncommitted_record(steps: list[tuple[str, int]]) -> None:
    """Whatever the order of records, states and commits, what goes out is covered by commits."""
    gate, sequence, uncommitted = StateGate(), 0, dict[str, int]()
    for step, stream in steps:
        name = str(stream)
        if step == "h":
            sequence += 1
            uncommitted.setdefault(name, sequence)
            gate.hold(name, sequence)
        elif step == "s":
            gate.arrive(sequence, str(sequence).encode())
        else:
            uncommitted.pop(name, None)
            gate.release(name)
        emitted = gate.emittable()
        if emitted is not None:
            assert int(emitted) < min(uncommitted.values(), default=sequence + 1)

"""A short soak: `benchmarks/soak.py` plays thirty days."""

from __future__ import annotations

import pytest

from benchmarks.soak import DELAY, soak


@pytest.mark.parametrize("seed", [1, 3])
def test_days_of_faults_end_in_the_store_of_days_without(seed: int) -> None:
    found = soak(days=10, seed=seed)
    assert len(found.runs) >= 10
    assert any(weather.spells for weather in found.plan)
    assert found.unexcused == ()
    assert found.papers > 20


def test_arxiv_is_never_asked_faster_than_it_wants() -> None:
    assert soak(days=6, seed=5).gap >= DELAY

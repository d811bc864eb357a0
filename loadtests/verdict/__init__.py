"""The verdict on a load test: PASS, FAIL or INVALID. Pure: from facts, the plan and its thresholds alone.

judge.judge(measured, plan, thresholds, lag_limit=None) -> Verdict
hopeless.hopeless(lives, plan, thresholds) -> str | None    why a run cannot pass any more, to abort it
search.search(history, ladder) -> float | Found             the next rate of a breakpoint, or its result
docs/load-verdict.md says in a table what becomes of what.
"""

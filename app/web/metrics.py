"""What `/metrics` shows: the counts of all processes together, in Prometheus' format."""

import asyncio
import os
from collections.abc import Iterable
from itertools import accumulate

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from .compute import Pool
from .counts import Histogram
from .procfs import resident_bytes

LAG_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
LAG_EVERY = 0.1
TOTALS = {
    "records_sent": "Records sent to visitors.",
    "records_coalesced": "Iterations whose record was never sent because a newer one took its place.",
    "restores": "Runs continued from a snapshot.",
    "aborts": "Connections ended because the visitor did not take what was sent.",
}


class Measured(Collector):
    """Reads the pool when it is asked."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.lag = Histogram(LAG_SECONDS)
        self.registry = CollectorRegistry()
        self.registry.register(self)

    async def watch_the_loop(self) -> None:
        """How much later than asked the event loop wakes us."""
        loop = asyncio.get_running_loop()
        while True:
            wanted = loop.time() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self.lag.observe(max(0.0, loop.time() - wanted))

    def text(self) -> bytes:
        """The page."""
        return generate_latest(self.registry)

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: names are known when values are."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Everything that is measured, now."""
        counts = self.pool.counts
        yield GaugeMetricFamily("unroll_runs", "Runs at this moment.", value=self.pool.runs)
        for name, about in TOTALS.items():
            yield CounterMetricFamily(f"unroll_{name}", about, value=counts.totals[name])
        refused = CounterMetricFamily("unroll_refused", "Messages answered by an error, by its code.", labels=["code"])
        for code, count in sorted(counts.refusals.items()):
            refused.add_metric([code], count)
        yield refused
        yield histogram("unroll_iteration_seconds", "How long an iteration took to compute.", counts.iterations)
        yield histogram("unroll_loop_lag_seconds", "How late the web process' event loop was.", self.lag)
        memory = sum(map(resident_bytes, [os.getpid(), *self.pool.pids]))
        yield GaugeMetricFamily("process_resident_memory_bytes", "Memory of all processes together.", value=memory)


def histogram(name: str, about: str, measured: Histogram) -> Metric:
    """Buckets as Prometheus wants them: each holds everything up to its limit."""
    limits = [*map(str, measured.limits), "+Inf"]
    buckets = list(zip(limits, map(float, accumulate(measured.buckets)), strict=True))
    return HistogramMetricFamily(name, about, buckets=buckets, sum_value=measured.sum)

"""What this gateway counts, as Prometheus reads it."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from apps.endpoints.models.figures import BINS_MS
from studio.asgi.scoring.counting import Counter, Totals
from studio.asgi.scoring.routes import EndpointRoute

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
LABELS = ("workspace", "endpoint", "deployment")


class _Endpoints:
    """Gives the metrics of some endpoints; nothing is counted twice to have them."""

    def __init__(self, endpoints: Iterable[EndpointRoute], counter: Counter) -> None:
        self._endpoints = list(endpoints)
        self._totals = counter.totals

    def collect(self) -> Iterator[Metric]:
        """Give one metric after another."""
        requests = CounterMetricFamily(
            "studio_endpoint_requests", "Requests that were answered, by status.", labels=[*LABELS, "status"]
        )
        took = HistogramMetricFamily(
            "studio_endpoint_request_duration_seconds", "From the first byte to the last of the answer.", labels=LABELS
        )
        in_flight = GaugeMetricFamily("studio_endpoint_requests_in_flight", "Requests at replicas.", labels=LABELS)
        queued = GaugeMetricFamily("studio_endpoint_requests_queued", "Requests in line for a replica.", labels=LABELS)
        replicas = GaugeMetricFamily("studio_endpoint_replicas", "Replicas that are ready.", labels=LABELS)
        for endpoint in self._endpoints:
            for name, pool in endpoint.pools.items():
                labels = [endpoint.workspace, endpoint.name, name]
                totals = self._totals.get(endpoint.deployment_ids[name]) or Totals()
                for status, count in sorted(totals.by_status.items()):
                    requests.add_metric([*labels, str(status)], count)
                took.add_metric(labels, _buckets(totals), totals.total_ms / 1000)
                in_flight.add_metric(labels, pool.present - pool.waiting)
                queued.add_metric(labels, pool.waiting)
                replicas.add_metric(labels, pool.replicas)
        yield from (requests, took, in_flight, queued, replicas)


def render(endpoints: Iterable[EndpointRoute], counter: Counter) -> bytes:
    """Return the metrics of some endpoints in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Endpoints(endpoints, counter))
    return generate_latest(registry)


def _buckets(totals: Totals) -> list[tuple[str, float]]:
    """Return how many requests took at most how many seconds."""
    below, found = 0, []
    for edge, count in zip([*(str(ms / 1000) for ms in BINS_MS), "+Inf"], totals.histogram, strict=True):
        below += count
        found.append((edge, float(below)))
    return found

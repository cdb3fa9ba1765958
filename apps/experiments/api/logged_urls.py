"""Addresses of what a run logged, below ``/api/v1/workspaces/<name>/runs/<run_id>/``."""

from django.urls import path

from apps.experiments.api import logs, metrics, records

urlpatterns = [
    path("metrics/", metrics.Metrics.as_view(), name="api-run-metrics"),
    path("metrics/series/", metrics.MetricSeries.as_view(), name="api-run-series"),
    path("charts/", metrics.Charts.as_view(), name="api-run-charts"),
    path("records/", records.Records.as_view(), name="api-run-records"),
    path("records/<int:record_id>/figure/", records.RecordFigure.as_view(), name="api-run-record-figure"),
    path("logs/", logs.Logs.as_view(), name="api-run-logs"),
    path("logs/lines/", logs.LogLines.as_view(), name="api-run-log-lines"),
    path("logs/search/", logs.LogSearch.as_view(), name="api-run-log-search"),
    path("logs/content/", logs.LogContent.as_view(), name="api-run-log-content"),
]

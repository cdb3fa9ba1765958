"""Scoring: requests for endpoints, passed on to the servers of their deployments."""

from studio.asgi.scoring.app import Scoring, takes

__all__ = ["Scoring", "takes"]

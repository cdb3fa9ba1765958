"""Inference pipelines in memory: what an endpoint does with a request, without writing files.

A package is a folder: ``graph.json`` says which nodes there are, each folder in ``data/`` holds what training left (models,
transformations, tables). ``graph.json``::

    {"format": 1, "name": "Automobile price",
     "nodes": [{"key", "component": "score_model", "version": "1", "title", "parameters": {…},
                "inputs": {"model": {"data": "MD-train_model"}, "dataset": {"node": "clean", "output": "transformed"}}}, …],
     "inputs": {"WebServiceInput0": {"node": "web_service_input", "columns": [{"name", "type", …}], "labels": ["price"],
                "sample": [{…}]}},
     "outputs": {"WebServiceOutput0": {"node": "score", "output": "scored", "columns": […]}}}

Nodes stand in an order in which none comes before what it needs. An input of the service is its node's output ``data``. Labels
are columns that need not be given.
"""

from mlstudio.components.serving.pipeline import ScoringPipeline

__all__ = ["ScoringPipeline"]

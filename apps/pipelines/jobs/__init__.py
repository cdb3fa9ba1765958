"""Pipelines and components as Azure ML v2 writes them: read unchanged, and written back as YAML or Python."""

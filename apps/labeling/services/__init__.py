"""Use cases of labeling."""

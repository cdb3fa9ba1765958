"""Job files as Azure ML v2 writes them: read unchanged, and written back."""

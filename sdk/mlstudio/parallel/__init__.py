"""Steps that take their data in mini-batches: ``init()``, ``run(mini_batch)``, ``shutdown()``. Runs where the step runs."""

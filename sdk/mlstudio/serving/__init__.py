"""The server inside a replica's sandbox: HTTP on a unix socket in front of an entry script or an MLflow model."""

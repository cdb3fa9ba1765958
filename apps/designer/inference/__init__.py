"""From pipelines that were trained to pipelines that score, and from these to endpoints."""

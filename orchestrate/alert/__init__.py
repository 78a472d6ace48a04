"""Alerts: tells a webhook when a run failed, data is stale, repositories were skipped, records rejected."""

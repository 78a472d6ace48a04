"""How the dbt models scale: a full build, then a build after one more day."""

"""GitHub, GCS and Snowflake on loopback."""

"""Singer target: Parquet on GCS, COPY INTO, MERGE into Snowflake."""

"""What Snowflake needs before the first run, as text."""

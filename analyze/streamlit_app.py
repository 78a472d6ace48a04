"""The main file that Streamlit runs, on any machine or inside Snowflake."""

from dashboard.app import main

main()

"""The flow of Prefect."""

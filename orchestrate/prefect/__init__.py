"""The pipeline as a flow of Prefect 3."""

"""GitHub's REST API over a data folder, or over an organisation that is generated."""

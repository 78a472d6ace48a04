"""Google Cloud's Secret Manager, as far as reading a secret goes."""

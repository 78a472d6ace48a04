"""GitHub's GraphQL API over the same data as the REST API."""

"""Reading one repository: each module reads one group of streams, over REST, GraphQL or git."""

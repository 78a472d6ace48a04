"""The edges of a transaction, and the question whether one is open."""

BEGIN = "BEGIN"
COMMIT = "COMMIT"
ROLLBACK = "ROLLBACK"
CURRENT_TRANSACTION = "SELECT CURRENT_TRANSACTION()"

"""What is written about the project, and what writes a part of it."""

"""The dashboard over the marts: pages, and the one way by which they read the warehouse."""

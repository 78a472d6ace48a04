"""An organisation that never was: people, plans, history, and what GitHub would say of them."""

"""What a number of repositories costs: unit costs, a formula, and a simulation that checks it."""

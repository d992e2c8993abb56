"""deploy/bench: how fast the hotline is, each figure a ratio to a yardstick measured in the same minutes."""

"""Sets the hotline up and runs it: only what a fresh Python has, until .venv stands."""

"""The papers of a case: made from its rows, numbered, kept with the hash of what was printed."""

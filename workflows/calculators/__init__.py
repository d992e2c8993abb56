"""What a worker may ask for, in yuan: pure functions from facts to a sum with its derivation."""

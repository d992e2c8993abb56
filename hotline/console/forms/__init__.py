"""What people type in: forms that say what is wrong and keep what was typed."""

"""Many at one moment, on SQLite and PostgreSQL: one wins, and nothing is done twice or lost."""

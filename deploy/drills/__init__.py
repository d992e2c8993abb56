"""Commands that break a running hotline on purpose and count what is left of it."""

"""Periods of the law: rules as data, the working-day calendar, and the reckoning of due dates."""

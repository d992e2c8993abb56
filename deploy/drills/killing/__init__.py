"""What deploy/drills/kill plays: a hotline under load whose parts are killed, and the count afterwards."""

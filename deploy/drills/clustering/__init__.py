"""The parts of deploy/drills/search_cluster."""

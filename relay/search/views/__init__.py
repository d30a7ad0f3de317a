"""Pages and doors of searches. ``pages`` joins those behind the login to their blueprint."""

"""Jobs that schedules start: runs again and again, and job files."""

"""How a run's own code tells the studio what it measures: lines appended to a file that the runner reads."""

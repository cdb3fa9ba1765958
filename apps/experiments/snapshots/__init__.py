"""The code of runs: packed once for each content, and read again file by file."""

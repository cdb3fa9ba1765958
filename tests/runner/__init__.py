"""What ``make check``, ``make test`` and ``make bench`` run: prepares the machine, runs parts, says what came out."""

"""Data as inputs of runs: where the files of datasets, datastore paths and web addresses come from."""

"""The runner: one process for each work order. It prepares, starts the command in a sandbox, and reports until the end.

Everything it must still say is in files of the order's folder, so that a runner that was killed can be started again and
goes on where it was. The command does not notice: it writes to a file, and its exit code goes to another.
"""

"""The launcher: one foreground command that starts, watches and stops every process of the studio on this machine.

It is a parent that forks. Django is imported once, in the launcher, and the Python servers are forked from it: they
share its memory and start without importing it again. The listening sockets are opened once too, so while a crashed
server is started again its visitors wait a moment instead of being refused. A fork is only safe from a process with one
thread and no open database connection, so the launcher has neither: whatever touches the database runs in a forked
process of its own (``programs.prepare``). No module here imports Django when it is itself imported.

In production each process is a unit or container of its own, started by the command that its title shows in ``ps``.
"""

"""Reading tables out of files: what they are guessed to be, what is wrong with them, their rows, and a profile of these.

Knows neither Django's models nor where files lie: they come as ``SourceFile``.
"""

"""What the stores of the clouds have in common: a flat space of names, in which a finished upload appears at once.

django-storages finds credentials and makes the connection. Reading, writing and listing go straight to each cloud's own
client, because there django-storages differ from one another: some rename instead of overwriting, drop dots at the end
of names, mark ``.gz`` files as compressed in transit, or load a whole file for a range of it.
"""

"""The words of the TypeScript side, listed where makemessages finds them. A test compares the list with the sources."""

INTERFACE_STRINGS = ()

"""The agent: one program per machine that tells the studio what the machine is and whether it is well."""

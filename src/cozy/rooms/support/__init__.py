"""Support: help by the people of the host, when the owner asks for it, and for as long as the owner says."""

"""Hosting: the administration of a host, which sees sizes, states and versions, and never a name or a content."""

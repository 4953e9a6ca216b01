"""Folders of one home that others work in, live, without a copy."""

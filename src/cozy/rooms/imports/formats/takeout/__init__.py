"""Google Takeout: what each of its services writes, in the folder names of any language."""

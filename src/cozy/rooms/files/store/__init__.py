"""The SQL of files: the tree, the contents, and the small tables beside them."""
